# Fails, and removes PROGRAM, if it needs anything from the system it starts on: the kernel cannot
# start a program, /init or another, whose interpreter is missing. Takes READELF and PROGRAM.
execute_process(COMMAND ${READELF} -lW ${PROGRAM}
	OUTPUT_VARIABLE headers RESULT_VARIABLE failed)
execute_process(COMMAND ${READELF} -dW ${PROGRAM}
	OUTPUT_VARIABLE dynamic RESULT_VARIABLE failed_too)

if(failed OR failed_too)
	set(why "cannot be read by ${READELF}")
elseif(headers MATCHES "INTERP")
	set(why "asks for a dynamic linker")
elseif(dynamic MATCHES "\\(NEEDED\\)")
	set(why "needs shared libraries")
elseif(NOT headers MATCHES "GNU_RELRO" OR NOT headers MATCHES "Elf file type is DYN")
	set(why "is not a hardened static-pie")
endif()
if(why)
	file(REMOVE ${PROGRAM})
	message(FATAL_ERROR "${PROGRAM} ${why}, so it does not run in the image")
endif()

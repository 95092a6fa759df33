# find_package(wer): the target wer::wer, for code that includes "wer/capi.h". Nothing is linked: the functions come
# from the package `wer` of the Python that the program embeds. It needs that Python's headers as well: Python::Python.

get_filename_component(wer_INCLUDE_DIR "${CMAKE_CURRENT_LIST_DIR}/../include" ABSOLUTE)
if(NOT EXISTS "${wer_INCLUDE_DIR}/wer/capi.h")
    set(wer_FOUND FALSE)
    set(wer_NOT_FOUND_MESSAGE "the folder include of the package wer is not beside its folder cmake: ${wer_INCLUDE_DIR}")
    return()
endif()
if(NOT TARGET wer::wer)
    add_library(wer::wer INTERFACE IMPORTED)
    set_target_properties(wer::wer PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${wer_INCLUDE_DIR}")
endif()

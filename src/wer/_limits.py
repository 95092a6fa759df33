"""The limits of werapi.h: the one place with their numbers. `werapi.py` has them under their names, too."""

# Limits. Lengths are UTF-16 code units; only the ones that say so count the closing NUL.
WER_MAX_TOTAL_PARAM_LENGTH = 1720  #: obsolete since Windows 10, says the header
WER_MAX_PREFERRED_MODULES = 128  #: names in `DumpOptions.preferred_modules`
WER_MAX_PREFERRED_MODULES_BUFFER = 256  #: their total, with one NUL each and one more
WER_MAX_MEM_BLOCK_SIZE = 65536  #: bytes in a registered memory block
WER_MAX_REGISTERED_ENTRIES = 512  #: files, memory blocks and metadata together
WER_MAX_REGISTERED_METADATA = 8  #: custom metadata pairs
WER_MAX_REGISTERED_DUMPCOLLECTION = 4  #: additional processes
WER_METADATA_KEY_MAX_LENGTH = 64
WER_METADATA_VALUE_MAX_LENGTH = 128
WER_MAX_SIGNATURE_NAME_LENGTH = 128  #: name of a signature parameter
WER_MAX_EVENT_NAME_LENGTH = 64
WER_MAX_PARAM_LENGTH = 260  #: value of a signature parameter, with its NUL
WER_MAX_PARAM_COUNT = 10
WER_MAX_FRIENDLY_EVENT_NAME_LENGTH = 128  #: with its NUL
WER_MAX_APPLICATION_NAME_LENGTH = 128  #: with its NUL
WER_MAX_DESCRIPTION_LENGTH = 512  #: with its NUL
WER_MAX_BUCKET_ID_STRING_LENGTH = 260  #: with its NUL
WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH = 64  #: with its NUL
WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES = 16

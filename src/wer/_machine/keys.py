"""Where Windows keeps in the registry what concerns reports and dumps: a name for each key."""

WER = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting"
WER_POLICY = r"SOFTWARE\Policies\Microsoft\Windows\Windows Error Reporting"
LOCAL_DUMPS = rf"{WER}\LocalDumps"
MODULES = rf"{WER}\RuntimeExceptionHelperModules"
EXCLUDED = rf"{WER}\ExcludedApplications"
EXCLUDED_BY_POLICY = rf"{WER_POLICY}\ExcludedApplications"

NT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
AEDEBUG = rf"{NT}\AeDebug"
IMAGES = rf"{NT}\Image File Execution Options"
SILENT_EXIT = rf"{NT}\SilentProcessExit"
PROFILES = rf"{NT}\ProfileList"

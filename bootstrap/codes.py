"""The code of each error, and what it means: written by `python -m tools.error_codes`."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "ArchiveError": ("GI-BUILD-001", "An archive cannot be unpacked, or must not be."),
    "BackendMissingError": (
        "GI-BUILD-002",
        "The module that pyproject.toml names as backend cannot be imported.",
    ),
    "BuildCycleError": ("GI-BUILD-003", "A project is required to build itself."),
    "BuiltWheelError": (
        "GI-BUILD-004",
        "A build succeeded, but its wheel is invalid or not the requested one.",
    ),
    "DamagedArchiveError": ("GI-BUILD-005", "An archive's bytes are invalid."),
    "HookError": ("GI-BUILD-006", "A hook of a backend did not do its work."),
    "HookFailedError": (
        "GI-BUILD-007",
        "A hook exited with an error, was killed, or took too long.",
    ),
    "HookMissingError": ("GI-BUILD-008", "The backend does not have this hook."),
    "HookResultError": ("GI-BUILD-009", "A hook succeeded but its result is not allowed."),
    "MetadataMismatchError": (
        "GI-BUILD-010",
        "A source is another project or version than expected.",
    ),
    "NoBuilderError": ("GI-BUILD-011", "A source was named where only wheels can be installed."),
    "PyprojectError": (
        "GI-BUILD-012",
        "A source tree does not declare how it is built, or its declaration is invalid.",
    ),
    "UncheckedBuildRequirementsError": (
        "GI-BUILD-013",
        "Hashes are required, and a build requirement has none: its code must not run.",
    ),
    "UnexpectedMetadataError": (
        "GI-BUILD-014",
        "A wheel's METADATA is not the metadata that it was resolved with.",
    ),
    "UnmetBuildRequirementsError": (
        "GI-BUILD-015",
        "The target lacks requirements of a build without isolation.",
    ),
    "UnsuitableWheelError": ("GI-BUILD-016", "The wheel that was named is not for the target."),
    "UnsupportedBuildPythonError": (
        "GI-BUILD-017",
        "The target's interpreter cannot run a backend.",
    ),
    "VcsError": (
        "GI-BUILD-018",
        "A repository's URL is not valid, or its commit cannot be fetched.",
    ),
    "WrongReferenceError": (
        "GI-BUILD-019",
        "A direct reference is not what it should be: its name, kind or hash differs.",
    ),
    "AmbiguousOptionError": ("GI-CONFIG-001", "An abbreviation that several options begin with."),
    "CommandTypedError": (
        "GI-CONFIG-002",
        "The first argument is a command that this program does not have.",
    ),
    "ConfigurationFileError": (
        "GI-CONFIG-003",
        "A configuration file exists but cannot be read or parsed.",
    ),
    "ConflictingIndexesError": ("GI-CONFIG-004", "One project is pinned to two indexes."),
    "ConflictingOptionsError": (
        "GI-CONFIG-005",
        "Two options that cannot be used together are both set.",
    ),
    "DependencyGroupError": ("GI-CONFIG-006", "A dependency group does not exist or is not valid."),
    "FileTypedError": ("GI-CONFIG-007", "An argument is the name of a file here."),
    "ForeignPlaceError": (
        "GI-CONFIG-008",
        "Another target is described, and an environment of this machine would be changed.",
    ),
    "ForeignSourcesError": (
        "GI-CONFIG-009",
        "Another target is described, and source distributions are allowed.",
    ),
    "IndexNotFoundError": (
        "GI-CONFIG-010",
        "An index has no scheme, and there is no directory of that name.",
    ),
    "InvalidLocationError": ("GI-CONFIG-011", "A URL that the user named is malformed."),
    "InvalidRequirementError": ("GI-CONFIG-012", "A text is not a valid requirement."),
    "InvalidValueError": ("GI-CONFIG-013", "A value is not of the kind that its option takes."),
    "LinksNotFoundError": (
        "GI-CONFIG-014",
        "What was typed after `--find-links` has no scheme, and nothing of that name exists.",
    ),
    "LogFileError": ("GI-CONFIG-015", "The file that `--log` names cannot be written."),
    "MisplacedArgumentError": (
        "GI-CONFIG-016",
        "A command was given arguments that it does not take.",
    ),
    "MisplacedOptionError": (
        "GI-CONFIG-017",
        "An option was given to a command that does not have it.",
    ),
    "MissingValueError": ("GI-CONFIG-018", "An option that needs a value is the last word."),
    "MistypedCommandError": (
        "GI-CONFIG-019",
        "The first argument differs in one letter from a command.",
    ),
    "NothingToInstallError": ("GI-CONFIG-021", "Neither an installer nor a requirement is named."),
    "PlatformConflictError": ("GI-CONFIG-022", "Two platforms that no target can be both."),
    "RequirementFileError": (
        "GI-CONFIG-023",
        "A requirements file, or one line of it, cannot be used.",
    ),
    "ScriptError": ("GI-CONFIG-024", "A script has no inline metadata, or invalid one."),
    "ScriptPythonError": ("GI-CONFIG-025", "A script needs another Python than the target has."),
    "UnexpectedValueError": ("GI-CONFIG-026", "A switch was given a value."),
    "UnknownOptionError": ("GI-CONFIG-027", "An option that does not exist."),
    "UnsupportedOptionError": (
        "GI-CONFIG-028",
        "An option of pip that this program does not have.",
    ),
    "WorkingDirectoryError": (
        "GI-CONFIG-029",
        "The working directory has been removed, or we may not enter it.",
    ),
    "UnknownTopicError": (
        "GI-CONFIG-030",
        "A topic of `help`, or a code for `explain`, does not exist.",
    ),
    "NoOutputError": ("GI-CONFIG-031", "`pack` without `-o`."),
    "OnlyInAKitError": ("GI-CONFIG-032", "What needs a kit was asked of a .pyz that is none."),
    "NoCommandError": (
        "GI-HANDOFF-001",
        "The installer was installed, but has no command to hand off to.",
    ),
    "NotRunnableError": (
        "GI-HANDOFF-002",
        "A hand-off to a target whose interpreter cannot be run.",
    ),
    "NotStartedError": (
        "GI-HANDOFF-003",
        "The operating system cannot run the installer's command.",
    ),
    "ApiVersionError": (
        "GI-INDEX-001",
        "An index with another major version of the simple API (PEP 629).",
    ),
    "IndexResponseError": (
        "GI-INDEX-002",
        "An index whose response is not that of a package index; `index_url` is redacted.",
    ),
    "IndexStatusError": (
        "GI-INDEX-003",
        "An index that responded with an HTTP error instead of a page.",
    ),
    "NotAnIndexPageError": (
        "GI-INDEX-004",
        "A page that is neither PEP 503's HTML nor PEP 691's JSON.",
    ),
    "UnrelatedIndexesError": (
        "GI-INDEX-005",
        "Several indexes have a name, and one of them does not name the others (PEP 708).",
    ),
    "CannotCompileError": (
        "GI-INSTALL-001",
        "`--compile`, and the target's interpreter cannot be run.",
    ),
    "CannotUninstallError": (
        "GI-INSTALL-002",
        "A distribution cannot be uninstalled, because the list of its files is missing.",
    ),
    "HiddenInstallationError": (
        "GI-INSTALL-003",
        "`--user` would install what is not imported: the environment has the same distribution.",
    ),
    "InUseError": (
        "GI-INSTALL-004",
        "Another program has a file open, so that Windows refuses to change it.",
    ),
    "InstallError": ("GI-INSTALL-005", "The installation failed; the environment was not changed."),
    "JournalError": (
        "GI-INSTALL-006",
        "An interrupted installation was found that cannot be undone.",
    ),
    "MissingDriveError": (
        "GI-INSTALL-007",
        "The drive or network share of a path does not exist, or is not connected.",
    ),
    "NoSpaceError": ("GI-INSTALL-008", "The target's file system has not enough free space."),
    "NotWritableError": (
        "GI-INSTALL-009",
        "A directory or file of the target cannot be changed: we have no permission, for example.",
    ),
    "ObstacleError": (
        "GI-INSTALL-010",
        "Something of nobody is where a wheel needs a directory, or a file instead of a directory.",
    ),
    "OverwriteError": (
        "GI-INSTALL-011",
        "Files to be installed would overwrite those of other distributions, or each other.",
    ),
    "PathTooLongError": ("GI-INSTALL-012", "A path is longer than the system allows."),
    "RecordRefusedError": (
        "GI-INSTALL-013",
        "A wheel's RECORD does not match its files, and `--strict-record` is set.",
    ),
    "SameNameError": (
        "GI-INSTALL-014",
        "The target's file system does not tell two names of two distributions apart.",
    ),
    "WheelRefusedError": ("GI-INSTALL-015", "A wheel breaks a rule; nothing of it is installed."),
    "MountPointError": (
        "GI-INSTALL-016",
        "Something is mounted where a wheel has files; nothing can be moved there from outside.",
    ),
    "DamagedKitError": ("GI-KIT-001", "A kit is not as it was written."),
    "KitTargetError": ("GI-KIT-002", "A kit was not packed for this target."),
    "NewerKitError": ("GI-KIT-003", "A kit has a layout that this version does not know."),
    "NoEngineError": (
        "GI-KIT-004",
        "`pack` runs from a checkout or an installed copy, so there is no .pyz to put into the kit.",
    ),
    "NotAKitError": ("GI-KIT-005", "A file is not a kit."),
    "NotInKitError": ("GI-KIT-006", "A requirement that the kit does not have."),
    "OtherKitError": ("GI-KIT-007", "A kit is intact, and not the one whose ID was given."),
    "UnreadableKitError": ("GI-KIT-008", "The operating system does not let us read a kit."),
    "UnwritableKitError": (
        "GI-KIT-009",
        "A kit, or what is extracted from one, cannot be written.",
    ),
    "AuthorityError": ("GI-KIT-010", "A file of certificate authorities cannot be packed."),
    "BuildForOthersError": ("GI-KIT-011", "`pack --build` with other targets than this machine."),
    "ChangedWheelError": ("GI-KIT-012", "A wheel is not the one that was hashed."),
    "DirectoryExistsError": ("GI-KIT-013", "The directory to extract into has something in it."),
    "MissingWheelsError": ("GI-KIT-014", "Wheels are missing for some of the targets."),
    "NotAWheelError": (
        "GI-KIT-015",
        "A requirement names a source: a repository, a directory, an archive.",
    ),
    "SameMarkersError": (
        "GI-KIT-016",
        "Targets that a lock cannot tell apart would get different versions.",
    ),
    "SecretError": ("GI-KIT-017", "A setting for a kit contains a secret."),
    "UnknownPythonError": ("GI-KIT-018", "`--python` of `pack` names no version and no Python."),
    "UnknownTargetError": ("GI-KIT-019", "`--target` names nothing that is known."),
    "SameFilenameError": ("GI-KIT-020", "Two different wheels have the same file name."),
    "LockError": ("GI-LOCK-001", "A lock is not valid, or not for this target."),
    "LockNameError": ("GI-LOCK-002", "The file name of a lock is not one that PEP 751 allows."),
    "LockedFileNotFoundError": (
        "GI-LOCK-003",
        "Files of a lock are on the network, which this run must not use.",
    ),
    "NotLockedError": (
        "GI-LOCK-004",
        "A requirement that was given together with locks is in none of them.",
    ),
    "UnlockableError": ("GI-LOCK-005", "A distribution cannot be recorded in a lock."),
    "UnwritableLockError": ("GI-LOCK-006", "The file of `--lock` cannot be written."),
    "DownloadSpaceError": ("GI-NETWORK-001", "A file that would fill the disk."),
    "HttpStatusError": ("GI-NETWORK-002", "The server answered with a status other than success."),
    "InterruptedTransferError": (
        "GI-NETWORK-003",
        "The server was connected, but its response was cut off or stalled.",
    ),
    "InvalidResponseError": (
        "GI-NETWORK-004",
        "The server's answer is not HTTP, or has an endless head.",
    ),
    "MalformedUrlError": ("GI-NETWORK-005", "A text that should be a URL but is not."),
    "NetworkError": ("GI-NETWORK-006", "A request without a usable response."),
    "NoTemporaryDirectoryError": ("GI-NETWORK-007", "No directory for downloads can be created."),
    "OfflineError": ("GI-NETWORK-008", "An offline run needs something from the network."),
    "ProxyRefusedError": (
        "GI-NETWORK-009",
        "A proxy answered, but does not connect to the server.",
    ),
    "RedirectError": ("GI-NETWORK-010", "A redirect that is not followed."),
    "SizeMismatchError": ("GI-NETWORK-011", "A file is longer or shorter than its index says."),
    "TlsError": (
        "GI-NETWORK-012",
        "A TLS handshake that failed for another reason than the certificate.",
    ),
    "TooLargeError": ("GI-NETWORK-013", "A response or a file that exceeds its size limit."),
    "UndecodableError": (
        "GI-NETWORK-014",
        "A body with an encoding that was not requested, or damaged.",
    ),
    "UnreachableError": (
        "GI-NETWORK-015",
        "No connection (no route, refused, name not found, timed out). The bundled wheel may do.",
    ),
    "UnreadableFileError": ("GI-NETWORK-016", "A local file or directory that cannot be read."),
    "UnsupportedProxyError": ("GI-NETWORK-017", "A proxy with another protocol than HTTP."),
    "UnwritableReportError": ("GI-REPORT-001", "The report of `--report` cannot be written."),
    "ConflictError": ("GI-RESOLVE-001", "Requirements that cannot be used together."),
    "HashCheckingError": (
        "GI-RESOLVE-002",
        "Hashes are required, and a requirement has none or is not pinned.",
    ),
    "InputMarkerError": ("GI-RESOLVE-003", "The marker of a requirement of the user has no value."),
    "InvalidConstraintError": (
        "GI-RESOLVE-004",
        "A constraint that is not allowed by pip's rules for constraints.",
    ),
    "MetadataError": ("GI-RESOLVE-005", "Core metadata that cannot be used."),
    "NoCandidateError": (
        "GI-RESOLVE-006",
        "A requirement for which nothing can be installed on this target.",
    ),
    "ResolutionTooDeepError": (
        "GI-RESOLVE-007",
        "The resolver gave up: it found neither a solution nor a proof that there is none.",
    ),
    "TransitiveUrlError": (
        "GI-RESOLVE-008",
        "A package requires something by a URL that it must not name.",
    ),
    "UnknownMetadataError": (
        "GI-RESOLVE-009",
        "A trial needs the metadata of a source that was not built, or of too many candidates.",
    ),
    "UnknownProjectError": ("GI-RESOLVE-010", "A project that no location has."),
    "UnusableCandidateError": (
        "GI-RESOLVE-011",
        "One candidate cannot be used; others of its project may be.",
    ),
    "UnusableVersionError": (
        "GI-RESOLVE-012",
        "No file of a version can be used: the metadata of one is invalid, and they have the same.",
    ),
    "BootstrapError": (
        "GI-RUN-001",
        "An error that is reported to the user as a message with a hint.",
    ),
    "BundleError": ("GI-RUN-002", "A file that the build puts here is missing or damaged."),
    "InstallerHashMissingError": (
        "GI-RUN-003",
        "Hashes are required, none is given for pip, and the bundled pip cannot be installed.",
    ),
    "LockTimeoutError": ("GI-RUN-004", "Another process held a lock for too long."),
    "StoppedError": (
        "GI-RUN-005",
        "The run is ending while something was still to be downloaded or built.",
    ),
    "UsageError": (
        "GI-RUN-006",
        "The command line, a variable or a configuration file contains something invalid.",
    ),
    "UnwritableOutputError": (
        "GI-RUN-007",
        "What was asked for cannot be written to standard output.",
    ),
    "BuildDetailsError": ("GI-TARGET-001", "A build-details.json is not valid."),
    "ExternallyManagedError": (
        "GI-TARGET-002",
        "The target is managed by a distributor, who asks not to install into it (PEP 668).",
    ),
    "HiddenSiteError": (
        "GI-TARGET-003",
        "What is installed could not be imported because of a `._pth` file.",
    ),
    "InterpreterHungError": ("GI-TARGET-004", "An interpreter did not describe itself in time."),
    "InterpreterNotFoundError": (
        "GI-TARGET-005",
        "No interpreter was found for `--python` or `--venv`.",
    ),
    "InterpreterNotRunnableError": ("GI-TARGET-006", "The operating system cannot run the file."),
    "InvalidPathError": ("GI-TARGET-007", "A text is not a path that a file system can have."),
    "IsolatedBaseError": (
        "GI-TARGET-008",
        "`--venv` of a Python whose `._pth` file would isolate the virtual environment, too.",
    ),
    "LinkLeadsOutError": (
        "GI-TARGET-009",
        "A directory of the scheme is, by a link, outside the directory that an option names.",
    ),
    "NoVenvModuleError": (
        "GI-TARGET-010",
        "The interpreter has no `venv` in its standard library.",
    ),
    "NotAVirtualEnvironmentError": (
        "GI-TARGET-011",
        "`--venv` names what is not a virtual environment, or where none can be created.",
    ),
    "NotPythonError": (
        "GI-TARGET-012",
        "A command is not a Python interpreter, or not one that works.",
    ),
    "OtherPythonError": (
        "GI-TARGET-013",
        "`--venv` names an existing environment whose Python is not the one of `--python`.",
    ),
    "PthFileError": ("GI-TARGET-014", "A `._pth` file cannot be read or changed."),
    "UnsupportedTargetError": ("GI-TARGET-015", "An interpreter is too old to be a target."),
    "UserSiteDisabledError": (
        "GI-TARGET-016",
        "`--user`, but the interpreter does not import from the user's site-packages.",
    ),
    "VenvError": (
        "GI-TARGET-017",
        "A virtual environment could not be created; nothing of it is left.",
    ),
    "VirtualEnvironmentRequiredError": (
        "GI-TARGET-018",
        "`--require-virtualenv`, but the target is not a virtual environment.",
    ),
    "CertificateError": ("GI-TRUST-001", "A server cannot be trusted, or TLS with it failed."),
    "ClientCertificateError": (
        "GI-TRUST-002",
        "The client certificate that the user named cannot be used.",
    ),
    "HashMismatchError": ("GI-TRUST-003", "A file does not have the expected hash."),
    "InvalidDigestError": ("GI-TRUST-004", "A text is not a digest of its algorithm."),
    "NamedCertificateError": (
        "GI-TRUST-005",
        "A file or directory of CA certificates that the user named cannot be used.",
    ),
    "NoAnchorsError": ("GI-TRUST-006", "The sources in force contain no CA certificate at all."),
    "ProxySchemeError": ("GI-TRUST-007", "`doctor` cannot connect through this kind of proxy."),
    "TlsUnavailableError": ("GI-TRUST-008", "This Python has no ssl module."),
    "TrustedHostError": (
        "GI-TRUST-009",
        "A value of `--trusted-host` is not `HOST` or `HOST:PORT`.",
    ),
    "TunnelRefusedError": ("GI-TRUST-010", "The proxy refused to connect to the server."),
    "WeakHashError": ("GI-TRUST-011", "A file has only weak hashes, but hashes are required."),
}
"""The code and the meaning of each class of errors."""

RETIRED: tuple[str, ...] = ("GI-CONFIG-020",)
"""Codes of classes that are gone; they are not used again."""

/// An error that says that one of the application's own settings will not do, so that starting again would not help.
///
/// A prestart that throws one ends with exit code 1 instead of 5, and a master that starts ends with it: a service manager
/// can be told to leave that be, as `RestartPreventExitStatus=1 4` of the shipped unit does.
public protocol SettingRefusal: Error {}

/// How a process of Brigade ends, for whoever started it.
package enum ExitCode: Int32, Sendable, Codable {
    /// Master: stopped as asked. Worker: drained.
    case ok = 0
    /// Bad settings or usage.
    case usage = 1
    /// A listening address cannot be bound.
    case bind = 2
    /// Master: no worker ever became ready. Worker: its boot failed.
    case boot = 3
    /// The application could not be built; a restart would not help.
    case application = 4
    /// The prestart step failed, and not for a setting.
    case prestart = 5
    /// Another master holds the pidfile's lock.
    case locked = 6
    /// A broken invariant (EX_SOFTWARE of sysexits.h).
    case invariant = 70
    /// The worker asks to be replaced (EX_TEMPFAIL of sysexits.h).
    case recycle = 75
}

/// What the end of a prestart means.
package enum PrestartVerdict: Equatable, Sendable {
    /// It has done its work.
    case succeeded
    case failed
    /// It took longer than `prestart-timeout`, and has failed, whatever its exit code.
    case late
    /// The master stops, and told it to end.
    case stopped
}

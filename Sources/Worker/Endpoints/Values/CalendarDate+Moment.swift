public import FoundationEssentials

extension CalendarDate {
    /// The day on which a moment falls; nil outside the years 1 to 9999.
    /// - Parameter offset: of the place's clocks from UTC, in seconds; positive in the east.
    public init?(of moment: Date, offset: Int = 0) {
        let seconds = (moment.timeIntervalSince1970 + Double(offset)).rounded(.down)
        guard seconds.magnitude < 1e12 else { return nil }
        self.init(daysSince1970: Int(seconds).flooringQuotientAndRemainder(by: 86_400).quotient)
    }

    /// When the day has that time.
    /// - Parameter offset: of the place's clocks from UTC, in seconds; positive in the east.
    public func moment(at time: TimeOfDay = .midnight, offset: Int = 0) -> Date {
        let microseconds = time.microsecondsSinceMidnight
        return Date(daysSince1970 * 86_400 + microseconds / 1_000_000 - offset, microseconds % 1_000_000)
    }
}

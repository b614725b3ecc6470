extension String {
    /// In lower case as Python's `str.lower()` makes it: Unicode's full mapping of each scalar, and a capital sigma at
    /// the end of a word becomes `ς` (Unicode, section 3.13, Final_Sigma). Unlike case folding, `ß` stays as it is.
    func loweredAsInPython() -> String {
        var lowered = String.UnicodeScalarView()
        let scalars = Array(unicodeScalars)
        lowered.reserveCapacity(scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{3A3}" {
                lowered.append(Self.isFinalSigma(at: index, in: scalars) ? "\u{3C2}" : "\u{3C3}")
            } else {
                lowered.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(lowered)
    }

    private static func isFinalSigma(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}

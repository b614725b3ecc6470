import Foundation

/// One answer of the metrics address.
struct Scrape {
    let text: String
    /// By name and labels, as they stand in the text: `brigade_workers{state="ready"}`.
    private(set) var samples: [String: Double] = [:]
    /// The families that only rise, by the names of their samples.
    private var rising: Set<String> = []

    init(_ text: String) {
        self.text = text
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix("# TYPE ") {
                switch words[3] {
                case "counter": rising.formUnion([words[2], words[2] + "_total"])
                case "histogram", "summary": rising.formUnion(["_bucket", "_count", "_sum"].map { words[2] + $0 })
                default: break
                }
            } else if !line.hasPrefix("#") {
                // A label's value may have a space.
                samples[words.dropLast().joined(separator: " ")] = Double(words.last!)
            }
        }
    }

    /// Those that must not fall.
    var counters: [String: Double] {
        samples.filter { rising.contains(String($0.key.prefix { $0 != "{" })) }
    }

    subscript(sample: String) -> Double? { samples[sample] }

    /// Of all samples of a name whose labels hold these words.
    func sum(_ name: String, _ words: String...) -> Double {
        samples.filter { key, _ in
            (key == name || key.hasPrefix(name + "{")) && words.allSatisfy { key.contains($0) }
        }.reduce(0) { $0 + $1.value }
    }

    /// What is less than it was in an earlier scrape, or not there any more.
    func fallen(since earlier: Scrape) -> [String] {
        earlier.counters.filter { key, value in samples[key].map { $0 < value } ?? true }.map {
            "\($0.key): \($0.value) became \(samples[$0.key].map { "\($0)" } ?? "nothing")"
        }.sorted()
    }

    /// A scrape of OpenMetrics.
    static func of(_ address: Client.Address) throws -> Scrape {
        let answer = try Client(address).ask(
            "GET", "/metrics", fields: ["Accept: application/openmetrics-text; version=1.0.0"])
        guard answer.status == 200,
            answer["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        else { throw ChildProcess.Failure(description: "\(answer.status) \(answer.fields) \(answer.body)") }
        return Scrape(answer.body)
    }

    /// Scrapes until it is as wanted.
    @discardableResult
    static func of(_ address: Client.Address, until what: String, _ isThere: (Scrape) -> Bool) throws -> Scrape {
        let end = ContinuousClock.now + ChildProcess.patience
        while true {
            let scrape = try of(address)
            if isThere(scrape) { return scrape }
            guard ContinuousClock.now < end else {
                throw ChildProcess.Failure(description: "not \(what): \(scrape.text)")
            }
        }
    }
}

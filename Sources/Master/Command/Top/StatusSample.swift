import Contract
import FoundationEssentials

/// What `status json` of a running server says, as far as `brigade top` shows it. The server may be of another build: what it
/// does not say is nil or empty.
struct StatusSample: Decodable, Equatable {
    struct Latency: Decodable, Equatable {
        let counts: [UInt64]?

        var histogram: LatencyHistogram {
            var histogram = LatencyHistogram()
            for (index, count) in (counts ?? []).prefix(LatencyHistogram.buckets).enumerated() {
                histogram.counts[index] = count
            }
            return histogram
        }
    }

    struct BlockingPool: Decodable, Equatable {
        let threads: Int
        let busy: Int
        let queued: Int
    }

    struct Request: Decodable, Equatable {
        let method: String
        let target: String
        let id: String?
        let age: Double
    }

    struct Worker: Decodable, Equatable {
        let slot: Int
        let generation: Int
        let pid: Int32?
        let state: String
        let age: Double
        let requests: UInt64
        let connections: Int
        let memory: Int?
        let cpu: Double?
        let restarts: Int?
        let latency: Latency?
        let inFlight: [Request]
        let inFlightUnrecorded: Int

        var inFlightCount: Int { inFlight.count + inFlightUnrecorded }
    }

    struct AcceptQueue: Decodable, Equatable {
        let address: String
        let length: Int
        let limit: Int
    }

    struct Event: Decodable, Equatable {
        let age: Double
        let level: String
        let text: String
        let worker: Int?
    }

    struct Refusal: Decodable, Equatable {
        let address: String
        let reason: String
    }

    struct HealthProblem: Decodable, Equatable {
        let problem: String
        let workers: Int
    }

    struct Prestart: Decodable, Equatable {
        let pid: Int32
        let generation: Int
        let age: Double
    }

    let state: String
    let pid: Int32
    let age: Double
    let generation: Int
    let target: Int
    let ready: Int
    let requests: UInt64
    let serverErrors: UInt64?
    let lostWorkers: Int
    let cpu: Double?
    let latency: Latency?
    let blockingPool: BlockingPool?
    let acceptQueues: [AcceptQueue]?
    let prestart: Prestart?
    let unreachable: [Refusal]
    let healthProblems: [HealthProblem]
    let events: [Event]?
    let workers: [Worker]

    init(json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(StatusSample.self, from: Data(json.utf8))
    }
}

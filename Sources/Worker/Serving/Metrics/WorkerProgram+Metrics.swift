public import CoreMetrics

extension WorkerProgram {
    /// Where the metrics of a worker's application and of its libraries go: what they count by swift-metrics.
    public struct Metrics: Sendable {
        let make: @Sendable (any MetricsFactory) -> any MetricsFactory

        /// To the scrape of the whole server (`--metrics-bind`), beside the server's own.
        public static let scraped = Metrics { $0 }

        /// To a factory of the application's choice. `MetricsSystem` is bootstrapped with it before the worker's scope begins;
        /// the application must not do that itself.
        /// - Parameter make: gets the factory of `scraped`, to use it beside others, by a `MultiplexMetricsHandler`, or not.
        public static func factory(
            _ make: @escaping @Sendable (_ scraped: any MetricsFactory) -> any MetricsFactory
        ) -> Metrics {
            Metrics(make: make)
        }
    }
}

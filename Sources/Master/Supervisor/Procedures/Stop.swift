/// The end of a master, from the moment that it was asked for.
struct Stop: Equatable {
    var stage: StopStage
    let outcome: Effect.Outcome
    /// When `shutdown-delay` has passed.
    var until: Duration?
}

extension Supervisor {
    /// Every worker whose process lives, by slot.
    package var workers: [Worker] { slots.compactMap(\.worker) }

    package var readyWorkers: Int { slots.count { $0.worker?.isReady ?? false } }

    package var standing: Standing {
        switch phase {
        case .idle, .prestarting: .starting
        case .stopping(let stop): .stopping(stop.stage)
        case .gone: .stopping(.kill)
        case .serving:
            if let reload {
                .reloading(generation: reload.generation, reload.step)
            } else if upgrade != nil {
                .upgrading
            } else {
                isAnnounced ? .serving : .starting
            }
        }
    }

    /// When the prestart began that runs now.
    package var prestartBegan: Duration? { prestart?.started }

    /// When `handle` is due at the latest.
    package var nextDeadline: Duration? {
        if phase == .gone { return nil }
        var deadlines = slots.compactMap(\.restart) + slots.compactMap { $0.worker?.deadline }
        deadlines += [prestart?.deadline, upgrade?.deadline, aliveDue, extensionDue, memoryDue, trouble?.endsAt]
            .compactMap(\.self)
        if case .stopping(let stop) = phase, let until = stop.until { deadlines.append(until) }
        if phase == .serving, let requestDue { deadlines.append(requestDue) }
        return deadlines.min()
    }

    var isStopping: Bool {
        switch phase {
        case .stopping, .gone: true
        case .idle, .prestarting, .serving: false
        }
    }
}

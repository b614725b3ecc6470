extension Supervisor {
    /// What workers that do not leave say is wrong; what most of them say comes first.
    package var healthProblems: [HealthProblem] {
        var counts: [String: Int] = [:]
        for worker in workers where !worker.isLeaving {
            if let problem = worker.problem { counts[problem, default: 0] += 1 }
        }
        return counts.map { HealthProblem(text: $0, workers: $1) }
            .sorted { ($1.workers, $0.text) < ($0.workers, $1.text) }
    }

    mutating func hearProblem(_ problem: String?, from id: Worker.ID) {
        guard worker(id) != nil else { return }
        slots[id.slot - 1].worker?.problem = problem
    }

    mutating func tendHealth(_ now: Duration) {
        let problems = healthProblems
        if problems.isEmpty {
            guard let trouble else { return }
            let end = trouble.endsAt ?? now + HealthTrouble.quiet
            self.trouble?.endsAt = end
            guard end <= now else { return }
            self.trouble = nil
            effects.append(.log(.healthProblemEnded(after: now - trouble.began)))
            return
        }
        var trouble = trouble ?? HealthTrouble(began: now)
        trouble.endsAt = nil
        for problem in problems
        where !trouble.told.contains(problem.text) && trouble.told.count < HealthTrouble.mostTold {
            trouble.told.append(problem.text)
            effects.append(.log(.healthProblem(problem.text)))
        }
        self.trouble = trouble
    }
}

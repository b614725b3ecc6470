extension Supervisor {
    mutating func askForUpgrade() {
        if case .stopping = phase { return }
        if let upgrade, upgrade.step != .ending { return }
        if !canUpgrade, !upgradeIsWanted { effects.append(.log(.upgradeNoted)) }
        upgradeIsWanted = true
    }

    /// A master none of whose workers was ever ready does not know yet whether it will last.
    var canUpgrade: Bool { phase == .serving && wasEverReady && reload == nil && upgrade == nil }

    mutating func beginUpgrade(_ now: Duration) {
        upgradeIsWanted = false
        upgrade = Upgrade(step: .checking(until: now + configuration.bootTimeout))
        effects += [.log(.upgradeBegan), .checkUpgrade]
    }

    mutating func upgradeChecked(_ ending: Ending) {
        switch upgrade?.step {
        case .checking where ending == .success:
            upgrade?.step = .replacing
            effects.append(.upgrade)
        case .checking: abandonUpgrade(.check(ending))
        case .ending: upgrade = nil
        case .replacing, nil: break
        }
    }

    mutating func upgradeFailed(_ reason: String) {
        if upgrade?.step == .replacing { abandonUpgrade(.exec(reason)) }
    }

    /// The new executable serves on with what the old one had; the workers follow.
    mutating func resume(_ failure: String?) {
        guard upgrade?.step == .replacing else { return }
        if let failure {
            abandonUpgrade(.cameBack(failure))
        } else {
            upgrade = nil
            reloadIsWanted = true
            effects.append(.log(.upgradeDone))
        }
    }

    mutating func expireUpgrade(_ now: Duration) {
        guard let deadline = upgrade?.deadline, deadline <= now else { return }
        effects.append(.log(.upgradeAbandoned(.time)))
        endUpgradeCheck()
    }

    /// The child's end is awaited.
    mutating func endUpgradeCheck() {
        switch upgrade?.step {
        case .checking:
            upgrade?.step = .ending
            effects.append(.killUpgradeCheck)
        case .replacing: upgrade = nil
        case .ending, nil: break
        }
    }

    private mutating func abandonUpgrade(_ failure: Upgrade.Failure) {
        upgrade = nil
        effects.append(.log(.upgradeAbandoned(failure)))
    }
}

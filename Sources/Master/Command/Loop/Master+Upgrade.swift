import Contract
import Linux
import Glibc
import Platform
import Supervisor

extension Master {
    /// Has the executable that stands now at this program's path show, in a child, that it could take over.
    func startUpgradeCheck() -> Event? {
        do {
            // What it reads must be what it would be given; the descriptors in it mean nothing to the child.
            let state = try MemoryFile.write(handover(program: 0).text)
            upgradeCheck = try UpgradeCheck(
                Executable(opening: BrigadeExecutable.path), state: state, environment: Environment.variables)
            return nil
        } catch let failure as Launch.Failure {
            return notStarted(failure).map(Event.upgradeChecked)
        } catch {
            return .upgradeChecked(.notStarted("\(BrigadeExecutable.path): \(error)"))
        }
    }

    func reap(_ check: UpgradeCheck) {
        // Whatever it has started ends with it.
        check.child.signalGroup(SIGKILL)
        guard let status = check.child.reap() else { return }
        upgradeCheck = nil
        let ending = check.ending(status)
        // Of no use but in the answer to this event.
        provenExecutable = ending == .exited(0) ? check.executable : nil
        handle(.upgradeChecked(ending))
        provenExecutable = nil
        reapStrangers()
    }

    /// Replaces this process's executable by the one that has just proved itself.
    ///
    /// What could keep both images from going on is found here, where the upgrade can still be abandoned.
    func upgrade() -> Event {
        do {
            guard let successor = provenExecutable else {
                return .upgradeFailed(reason: "no executable has been checked")
            }
            // It is restored by then; but who does such things may be about to do more.
            if restoreScoreboard() {
                return .upgradeFailed(
                    reason: "a worker, or what that has started, had written over the scoreboard's header; ask again")
            }
            let own = try Executable(opening: "/proc/self/exe")
            let handover = handover(program: own.descriptor)
            do {
                // Until it commits, whoever takes over has a copy of each, and a few of its own.
                let sockets = handover.listeners.count + 1
                try CurrentProcess.ensureRoom(
                    forDescriptors: handover.descriptors.count + sockets + Self.ownDescriptors)
            } catch {
                return .upgradeFailed(reason: "there is no room for the files of two masters: \(error.advised)")
            }
            let state = try MemoryFile.write(handover.text)
            let succession = Succession(step: .take, state: state.number, partner: own.descriptor, failure: nil)
            holdings.manager.flush()
            // Their connections do not go across.
            answer(pendingRequests.failAll("the master is being replaced (USR2); ask the new one"))
            let error = successor.replaceProcess(
                arguments: BrigadeExecutable.arguments,
                environment: Environment.variables.merging(succession.variables) { $1 },
                keeping: handover.descriptors + [state.number])
            withExtendedLifetime((own, state.number)) {}
            return .upgradeFailed(reason: "\(BrigadeExecutable.path): \(error)")
        } catch {
            return .upgradeFailed(reason: "\(error)")
        }
    }

    /// The heir's: signals, the service manager, the log, the state, folders, and what the loader opens.
    private static let ownDescriptors = 24

    private func handover(program descriptor: Int32) -> Handover {
        var handover = Handover(
            program: Handover.Opened(descriptor: descriptor, path: BrigadeExecutable.path, isScript: false),
            started: started,
            scoreboard: Handover.ScoreboardFact(
                descriptor: holdings.scoreboard.descriptor, entries: holdings.scoreboard.entries,
                secret: holdings.scoreboard.secret),
            supervisor: supervisor.snapshot)
        handover.credentials = credentials
        handover.arguments = BrigadeExecutable.arguments
        handover.listeners = holdings.listeners.map {
            Handover.ListenerFact(
                descriptor: $0.descriptor, isActivated: $0.isActivated, address: $0.address, file: $0.file)
        }
        handover.workers = workers.values.map {
            Handover.WorkerFact(id: $0.id, pid: $0.child.pid, control: $0.control.descriptor)
        }
        handover.generations = generations.mapValues {
            let opened = Handover.Opened(
                descriptor: $0.executable.descriptor, path: $0.executable.path, isScript: $0.executable.isScript)
            return Handover.GenerationFact(executable: opened, environment: $0.environment)
        }
        handover.pidfile = holdings.pidfile.map {
            Handover.NamedDescriptor(descriptor: $0.descriptor, path: $0.path)
        }
        handover.control = holdings.controlServer.map {
            Handover.ListenerFact(
                descriptor: $0.listener.descriptor, isActivated: false, address: $0.listener.address,
                file: $0.listener.file)
        }
        handover.totals = totals
        handover.lastChange = lastChange
        return handover
    }
}

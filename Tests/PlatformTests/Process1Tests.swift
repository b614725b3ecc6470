import Contract
import Linux
import Glibc
import Platform
import Testing

/// A master as the first process of a container.
@Suite struct Process1Tests {
    @Test func aMasterThatIsProcess1ReapsOrphansAndStops() throws {
        let worker = """
            #!/bin/sh
            # Their parent is gone when they end.
            if test "$1" = prestart; then
                (exec sleep 0.1) & (exec sleep 0.1) & (exit 3) &
                exit 0
            fi
            printf '\\001\\001' >&4
            printf '\\001\\002' >&4
            kill -STOP $$

            """
        let master = try BuiltMaster(worker: worker, program: Namespace.prefix() + [BuiltMaster.program])
        #expect(master.line("ready: 2 workers") != nil)
        let process = try #require(children(of: master.child.pid).first)
        #expect(text(of: "/proc/\(process)/status").contains("\nNSpid:\t\(process)\t1\n"))
        let deadline = MonotonicClock.now + .seconds(20)
        while children(of: process).count > 2, MonotonicClock.now < deadline { sched_yield() }
        #expect(children(of: process).count == 2)
        kill(process, SIGINT)
        #expect(master.end() == .exited(0))
        let lines = master.everything.split(separator: "\n")
        #expect(lines.count { $0.contains("worker started") } == 2)
        #expect(!lines.contains { $0.contains("error") || $0.contains("stranger") })
    }

    private func children(of pid: Int32) -> [Int32] {
        text(of: "/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
    }
}

import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

@Suite struct ServiceManagerTests {
    private let notifications: Notifications
    private let manager: ServiceManager

    init() throws {
        notifications = Notifications()
        manager = try ServiceManager(name: notifications.path)
    }

    @Test func theManagerIsNotifiedOfEachStep() throws {
        manager.ready(status: "4 workers")
        #expect(notifications.next() == ["READY=1", "MAINPID=\(getpid())", "STATUS=4 workers"])
        let before = MonotonicClock.nanoseconds / 1000
        manager.reloading()
        let reloading = try #require(notifications.next())
        #expect(reloading.first == "RELOADING=1")
        let stamp = reloading[1].split(separator: "=")
        #expect(stamp[0] == "MONOTONIC_USEC")
        #expect((before...MonotonicClock.nanoseconds / 1000).contains(UInt64(stamp[1])!))
        manager.stopping()
        #expect(notifications.next()?.first == "STOPPING=1")
        manager.alive()
        #expect(notifications.next() == ["WATCHDOG=1"])
        manager.extend(by: .milliseconds(30_500))
        #expect(notifications.next() == ["EXTEND_TIMEOUT_USEC=30500000"])
        manager.status("one\nREADY=1\r\ntwo")
        #expect(notifications.next() == ["STATUS=one READY=1 two"])
        #expect(!manager.hasPending)
    }

    @Test func aMissingManagerIsNoError() throws {
        let absent = try ServiceManager(name: nil)
        absent.ready(status: "")
        let gone = try ServiceManager(name: "\(notifications.path)-gone")
        gone.stopping()
        #expect(!absent.hasPending && !gone.hasPending)
        #expect(throws: SystemError.self) { _ = try ServiceManager(name: "relative") }
    }

    @Test func aListenerIsStoredAndRemoved() throws {
        let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
        let name = try #require(listener.storeName)
        manager.store(listener, name: name)
        #expect(notifications.next() == ["FDSTORE=1", "FDNAME=\(name)"])
        #expect(areOfOneFile(notifications.descriptors[0], listener.descriptor))
        manager.forget(name: name)
        #expect(notifications.next() == ["FDSTOREREMOVE=1", "FDNAME=\(name)"])
        #expect(notifications.descriptors.count == 1)
    }

    @Test func queuedMessagesAreSentLaterInOrderAndEachKindOnce() throws {
        notifications.fill()
        manager.reloading()
        manager.status("old")
        manager.alive()
        manager.ready(status: "serving")
        manager.status("newer")
        manager.alive()
        manager.status("newest")
        #expect(manager.hasPending)
        manager.flush()
        #expect(manager.hasPending)
        notifications.drain()
        manager.flush()
        #expect(!manager.hasPending)
        #expect(notifications.next()?.first == "RELOADING=1")
        #expect(notifications.next()?.first == "READY=1")
        #expect(notifications.next() == ["WATCHDOG=1"])
        #expect(notifications.next() == ["STATUS=newest"])
        #expect(notifications.next() == nil)
    }

    @Test func aMessageWaitsForThoseQueuedBefore() throws {
        notifications.fill()
        manager.ready(status: "first")
        notifications.drain()
        manager.stopping()
        #expect(notifications.next()?.first == "READY=1")
        #expect(notifications.next()?.first == "STOPPING=1")
    }

    @Test func readyIsSentEvenIfManyMessagesFollow() throws {
        notifications.fill()
        manager.ready(status: "serving")
        for number in 0..<10_000 {
            manager.status("\(number)")
            manager.alive()
            manager.extend(by: .seconds(1))
        }
        notifications.drain()
        manager.flush()
        #expect(notifications.next()?.first == "READY=1")
        #expect(notifications.next() == ["STATUS=9999"])
        #expect(notifications.next() == ["WATCHDOG=1"])
        #expect(notifications.next() == ["EXTEND_TIMEOUT_USEC=1000000"])
        #expect(notifications.next() == nil)
    }

    @Test func aQueuedListenerIsStoredAfterItsOwnerIsGone() throws {
        let before = openDescriptors
        do {
            let manager = try ServiceManager(name: notifications.path)
            notifications.fill()
            do {
                let listener = try ListeningSocket.open(BindAddress("127.0.0.1:0"), backlog: 16)
                for _ in 0..<100 { manager.store(listener, name: "brigade-a") }
                manager.store(listener, name: "brigade-b")
                manager.forget(name: "brigade-b")
            }
            notifications.drain()
            manager.flush()
            #expect(!manager.hasPending)
        }
        #expect(notifications.next() == ["FDSTORE=1", "FDNAME=brigade-a"])
        #expect(notifications.next() == ["FDSTOREREMOVE=1", "FDNAME=brigade-b"])
        #expect(notifications.next() == nil)
        notifications.closeDescriptors()
        #expect(openDescriptors == before)
    }

    @Test func theWatchdogOfAnotherProcessIsIgnored() {
        #expect(ServiceManager.watchdog(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(ServiceManager.watchdog(["WATCHDOG_USEC": "500", "WATCHDOG_PID": "\(getpid())"]) == .microseconds(500))
        #expect(ServiceManager.watchdog(["WATCHDOG_USEC": "500", "WATCHDOG_PID": "1"]) == nil)
        for text in ["0", "-1", "x", ""] { #expect(ServiceManager.watchdog(["WATCHDOG_USEC": text]) == nil) }
        #expect(ServiceManager.watchdog([:]) == nil)
    }

    private var openDescriptors: Int { (0..<1024).count { fcntl($0, F_GETFD) != -1 } }
}

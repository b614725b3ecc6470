import TestSupport
import Testing

/// What the simulation of a power cut may lose, and what not.
@Suite struct SimulatedDiskTests {
    private var disk = SimulatedDisk()
    private var random = SeededGenerator(seed: 1)
    private let page = [UInt8](repeating: 7, count: 1024)

    private mutating func apply(_ kinds: DiskOperation.Kind...) {
        for kind in kinds { disk.apply(DiskOperation(kind)) }
    }

    private mutating func left(_ loss: SimulatedDisk.Loss) -> [String: [UInt8]] {
        disk.files(afterLossOf: loss, namesAfterLossOf: loss, using: &random)
    }

    private mutating func create() {
        apply(
            .create(inode: 5, name: "a"), .syncBegin(inode: 1), .syncEnd(inode: 1, begin: 0),
            .write(inode: 5, offset: 0, page), .syncBegin(inode: 5), .syncEnd(inode: 5, begin: 0))
    }

    @Test mutating func whatIsSyncedIsNeverLost() {
        create()
        #expect(!disk.hasPendingChanges)
        for loss in SimulatedDisk.Loss.allCases { #expect(left(loss) == ["a": page]) }
    }

    @Test mutating func aNameIsLostWithoutASyncOfTheDirectory() {
        apply(.create(inode: 5, name: "a"), .syncBegin(inode: 5), .syncEnd(inode: 5, begin: 0))
        #expect(left(.everything) == [:])
        #expect(left(.nothing) == ["a": []])
    }

    @Test mutating func aSyncCoversWhatCameBeforeItsBegin() {
        create()
        apply(.syncBegin(inode: 5), .write(inode: 5, offset: 0, [9]), .syncEnd(inode: 5, begin: 0))
        #expect(disk.hasPendingChanges)
        #expect(left(.everything) == ["a": page])
        #expect(left(.nothing)["a"]?.first == 9)
    }

    @Test mutating func aWriteIsTornBetweenSectors() {
        create()
        apply(.write(inode: 5, offset: 256, [UInt8](repeating: 9, count: 512)))
        var seen: Set<[UInt8]> = []
        for _ in 0..<100 { seen.insert(left(.random)["a"]!) }
        let old = page
        func torn(_ range: Range<Int>) -> [UInt8] {
            var bytes = old
            for index in range { bytes[index] = 9 }
            return bytes
        }
        #expect(seen == [old, torn(256..<512), torn(512..<768), torn(256..<768)])
    }

    @Test mutating func aFileMayGrowWithoutItsContent() {
        create()
        apply(.write(inode: 5, offset: 1024, [9]))
        var seen: Set<[UInt8]> = []
        for _ in 0..<100 { seen.insert(left(.random)["a"]!) }
        #expect(seen == [page, page + [0], page + [9]])
    }

    @Test mutating func aRenameIsAllOrNothing() {
        create()
        apply(.create(inode: 6, name: "b"), .rename(from: "b", to: "a"))
        for _ in 0..<20 {
            let files = left(.latest)
            #expect([["a"], ["a", "b"]].contains(files.keys.sorted()))
        }
        #expect(left(.nothing) == ["a": []])
        apply(.unlink(name: "a"))
        #expect(left(.nothing) == [:])
        #expect(left(.everything) == ["a": page])
    }
}

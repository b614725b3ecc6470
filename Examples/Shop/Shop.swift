// The shop itself. It knows nothing of HTTP.
import Brigade
import Synchronization

enum ShopError: Error {
    case noItem(Int)
    case outOfStock(Int)
    case cardDeclined
}

/// Items and orders, in the memory of this worker: serve it with one. (Examples/ToDo has a database.)
final class Shop: Sendable {
    private struct Contents {
        var items: [Int: Item] = [:]
        var orders: [Order] = []
        var watchers: [Int: AsyncStream<Item>.Continuation] = [:]
        var lastID = 0
        var lastWatcher = 0

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }
    }

    private let contents = Mutex(Contents())

    var orderCount: Int { contents.withLock { $0.orders.count } }

    func items(in category: Category?) -> [Item] {
        contents.withLock { $0.items.values }
            .filter { category == nil || $0.category == category }.sorted { $0.id < $1.id }
    }

    func item(_ id: Int) -> Item? { contents.withLock { $0.items[id] } }

    func add(_ new: NewItem) -> Item {
        contents.withLock { contents in
            let item = Item(
                id: contents.nextID(), name: new.name, cents: new.cents, category: new.category, size: new.size,
                stock: new.stock)
            contents.items[item.id] = item
            return item
        }
    }

    func remove(_ id: Int) throws {
        guard contents.withLock({ $0.items.removeValue(forKey: id) }) != nil else { throw ShopError.noItem(id) }
    }

    // MARK: Orders

    /// Takes what an order wants from the shelves: all of it or nothing.
    func reserve(_ lines: [OrderLine]) throws {
        let changed = try contents.withLock { contents in
            var items = contents.items
            for line in lines {
                guard let item = items[line.item] else { throw ShopError.noItem(line.item) }
                guard item.stock >= line.count else { throw ShopError.outOfStock(line.item) }
                items[line.item]?.stock -= line.count
            }
            contents.items = items
            return lines.compactMap { items[$0.item] }
        }
        tell(changed)
    }

    /// Puts it back.
    func release(_ lines: [OrderLine]) {
        tell(
            contents.withLock { contents in
                for line in lines { contents.items[line.item]?.stock += line.count }
                return lines.compactMap { contents.items[$0.item] }
            })
    }

    func order(_ lines: [OrderLine], by user: String) -> Order {
        contents.withLock { contents in
            let cents = lines.reduce(0) { $0 + (contents.items[$1.item]?.cents ?? 0) * $1.count }
            let order = Order(id: contents.nextID(), user: user, lines: lines, cents: cents)
            contents.orders.append(order)
            return order
        }
    }

    func order(_ id: Int, of user: String) -> Order? {
        contents.withLock { $0.orders.first { $0.id == id && $0.user == user } }
    }

    // MARK: Watching

    /// Each item whose stock has changed, from now on. A reader that is slow misses some.
    func changes() -> AsyncStream<Item> {
        AsyncStream(bufferingPolicy: .bufferingNewest(16)) { watcher in
            let number = contents.withLock { contents in
                contents.lastWatcher += 1
                contents.watchers[contents.lastWatcher] = watcher
                return contents.lastWatcher
            }
            watcher.onTermination = { [weak self] _ in
                self?.contents.withLock { _ = $0.watchers.removeValue(forKey: number) }
            }
        }
    }

    private func tell(_ items: [Item]) {
        let watchers = contents.withLock { Array($0.watchers.values) }
        for item in items {
            for watcher in watchers { watcher.yield(item) }
        }
    }
}

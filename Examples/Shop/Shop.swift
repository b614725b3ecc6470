// The domain of the example. It does not depend on HTTP.
import Brigade
import Synchronization

enum ShopError: Error {
    case noItem(Int)
    case outOfStock(Int)
    case cardDeclined
}

/// Items and orders in the memory of the worker, so it must be served with one worker. (Examples/ToDo has a database.)
final class Shop: Sendable {
    private struct State {
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

    private let state = Mutex(State())

    var orderCount: Int { state.withLock { $0.orders.count } }

    func items(in category: Category?) -> [Item] {
        state.withLock { $0.items.values }
            .filter { category == nil || $0.category == category }.sorted { $0.id < $1.id }
    }

    func item(_ id: Int) -> Item? { state.withLock { $0.items[id] } }

    func add(_ new: NewItem) -> Item {
        state.withLock { state in
            let item = Item(
                id: state.nextID(), name: new.name, cents: new.cents, category: new.category, size: new.size,
                stock: new.stock)
            state.items[item.id] = item
            return item
        }
    }

    func remove(_ id: Int) throws {
        guard state.withLock({ $0.items.removeValue(forKey: id) }) != nil else { throw ShopError.noItem(id) }
    }

    // MARK: Orders

    /// Reserves all items of an order, or none.
    func reserve(_ lines: [OrderLine]) throws {
        let changed = try state.withLock { state in
            var items = state.items
            for line in lines {
                guard let item = items[line.item] else { throw ShopError.noItem(line.item) }
                guard item.stock >= line.count else { throw ShopError.outOfStock(line.item) }
                items[line.item]?.stock -= line.count
            }
            state.items = items
            return lines.compactMap { items[$0.item] }
        }
        tell(changed)
    }

    /// Returns them to the stock.
    func release(_ lines: [OrderLine]) {
        tell(
            state.withLock { state in
                for line in lines { state.items[line.item]?.stock += line.count }
                return lines.compactMap { state.items[$0.item] }
            })
    }

    func order(_ lines: [OrderLine], by user: String) -> Order {
        state.withLock { state in
            let cents = lines.reduce(0) { $0 + (state.items[$1.item]?.cents ?? 0) * $1.count }
            let order = Order(id: state.nextID(), user: user, lines: lines, cents: cents)
            state.orders.append(order)
            return order
        }
    }

    func order(_ id: Int, of user: String) -> Order? {
        state.withLock { $0.orders.first { $0.id == id && $0.user == user } }
    }

    // MARK: Watching

    /// Each item whose stock changes from now on. A slow reader misses some.
    func changes() -> AsyncStream<Item> {
        AsyncStream(bufferingPolicy: .bufferingNewest(16)) { watcher in
            let number = state.withLock { state in
                state.lastWatcher += 1
                state.watchers[state.lastWatcher] = watcher
                return state.lastWatcher
            }
            watcher.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.watchers.removeValue(forKey: number) }
            }
        }
    }

    private func tell(_ items: [Item]) {
        let watchers = state.withLock { Array($0.watchers.values) }
        for item in items {
            for watcher in watchers { watcher.yield(item) }
        }
    }
}

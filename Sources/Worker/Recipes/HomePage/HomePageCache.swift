import Synchronization

/// The home page without a search, kept until the recipes on it change.
final class HomePageCache: Sendable {
    private struct Entry {
        let recipes: [Recipe]
        let page: RenderedPage
        /// A version of the database with these recipes.
        var version: StoreVersion
    }

    private let entry = Mutex<Entry?>(nil)

    /// The page, if the database has not changed since it was kept or found.
    func page(at version: StoreVersion) -> RenderedPage? {
        entry.withLock { $0?.version == version ? $0?.page : nil }
    }

    /// The page, if it shows these recipes.
    /// - Parameter version: read before the recipes.
    func page(of recipes: [Recipe], at version: StoreVersion) -> RenderedPage? {
        entry.withLock {
            guard $0?.recipes == recipes else { return nil }
            $0?.version = version
            return $0?.page
        }
    }

    /// - Parameter version: read before the recipes.
    func keep(_ page: RenderedPage, of recipes: [Recipe], at version: StoreVersion) {
        entry.withLock { $0 = Entry(recipes: recipes, page: page, version: version) }
    }
}

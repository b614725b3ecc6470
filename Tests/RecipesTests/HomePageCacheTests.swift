import Brigade
import Synchronization
import Testing

@testable import Recipes

/// The home page without a search is rendered once, until its recipes change.
@Suite struct HomePageCacheTests {
    private let store = ListStore()
    private let application: any Application

    init() throws {
        var api = API(title: "Test", version: "1")
        api.include(HomePageRoutes(store: store, page: try HomePage()).router)
        application = try api.build()
    }

    private func get(_ target: String = "/") async throws -> (page: String, isInPass: Bool) {
        let (response, isInPass) =
            switch try application.answer(Request(.get, target)) {
            case .now(let response): (response, true)
            case .blocking(_, let run): (try run(), false)
            case .later(let run): (try await run(), false)
            }
        return (String(decoding: response.body, as: UTF8.self), isInPass)
    }

    @Test func anUnchangedDatabaseIsNotRead() async throws {
        let first = try await get()
        #expect(!first.isInPass)
        let reads = store.reads
        let second = try await get()
        #expect(second.isInPass)
        #expect(store.reads == reads)
        let texts = [first, second].map { $0.page.replacing(/nonce="\w+"/, with: "") }
        #expect(texts[0] == texts[1])
        #expect(first.page != second.page)
    }

    @Test func aChangeElsewhereRendersNothing() async throws {
        _ = try await get()
        store.change {}
        let reads = store.reads
        #expect(try await get().isInPass)
        #expect(store.reads == reads + 1)
        #expect(try await get().isInPass)
        #expect(store.reads == reads + 1)
    }

    @Test func aChangedRecipeIsShown() async throws {
        _ = try await get()
        for label in ["Soup", "Tea"] {
            store.change { self.store.recipes[0].label = .text(label) }
            let changed = try await get()
            #expect(!changed.isInPass)
            #expect(changed.page.contains(">\(label)</h3>"))
            let kept = try await get()
            #expect(kept.isInPass)
            #expect(kept.page.contains(">\(label)</h3>"))
        }
    }

    @Test(arguments: ["/?keyword=soup", "/?keyword=so", "/?added=1"])
    func otherPagesAreNotKept(target: String) async throws {
        let home = try await get().page
        let other = try await get(target)
        #expect(!other.isInPass)
        #expect(try await !get(target).isInPass)
        #expect(other.page.replacing(/nonce="\w+"/, with: "") != home.replacing(/nonce="\w+"/, with: ""))
        #expect(try await get().page.replacing(/nonce="\w+"/, with: "") == home.replacing(/nonce="\w+"/, with: ""))
    }

    /// As with a database on another host.
    @Test func aStoreThatCannotAnswerInThePassIsAsked() async throws {
        store.blocks = true
        for label in ["Soup", "Tea"] {
            store.change { self.store.recipes[0].label = .text(label) }
            let answer = try await get()
            #expect(!answer.isInPass)
            #expect(answer.page.contains(">\(label)</h3>"))
        }
    }
}

/// One recipe in memory.
private final class ListStore: RecipeStore {
    private struct State {
        var recipes = [
            Recipe(label: .text("Bread"), source: .null, url: .null, id: 1, submitterID: .null)
        ]
        var version: Int64 = 0
        var reads = 0
        var blocks = false
    }

    private let state = Mutex(State())

    var recipes: [Recipe] {
        get { state.withLock { $0.recipes } }
        set { state.withLock { $0.recipes = newValue } }
    }
    var reads: Int { state.withLock { $0.reads } }
    /// Whether reads in the pass throw `WouldBlock`.
    var blocks: Bool {
        get { state.withLock { $0.blocks } }
        set { state.withLock { $0.blocks = newValue } }
    }

    func change(_ body: () -> Void) {
        body()
        state.withLock { $0.version += 1 }
    }

    private func list() -> [Recipe] {
        state.withLock {
            $0.reads += 1
            return $0.recipes
        }
    }

    func versionInPass() throws -> StoreVersion {
        if blocks { throw WouldBlock() }
        return StoreVersion(session: 1, number: state.withLock { $0.version })
    }

    func recipesInPass(_ search: RecipeSearch) throws -> [Recipe] {
        if blocks { throw WouldBlock() }
        return list()
    }

    func recipes(_ search: RecipeSearch) async throws -> [Recipe] { list() }

    func storedRecipe(_ id: Int64) async throws -> Recipe? { list().first { $0.id == id } }

    func recipeInPass(_ id: Int64) throws -> EncodedJSON<Recipe>? { nil }
    func recipe(_ id: Int64) async throws -> EncodedJSON<Recipe>? { nil }
    func searchInPass(_ search: RecipeSearch) throws -> EncodedJSON<RecipeSearchResults> { throw WouldBlock() }
    func search(_ search: RecipeSearch) async throws -> EncodedJSON<RecipeSearchResults> {
        EncodedJSON(RecipeSearchResults(results: []))
    }
    func create(_ recipe: NewRecipe) async throws -> Recipe? { nil }
    func healthProblem() throws -> String? { nil }
    func start(on host: any ApplicationHost) {}
    func close() async throws {}
}

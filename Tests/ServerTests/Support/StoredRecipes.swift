import Foundation
import GRDB

/// The recipes in a database file, and what SQLite's own checks say about the file. Nothing else may have it open.
struct StoredRecipes {
    /// By label.
    private(set) var ids: [String: [Int]] = [:]
    private(set) var damage: [String] = []

    init(_ path: String) {
        do {
            let database = try DatabaseQueue(path: path)
            try database.writeWithoutTransaction { db in
                let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check")
                if integrity != ["ok"] { damage += integrity }
                damage += try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { "foreign key: \($0)" }
                guard try db.tableExists("recipe") else { return }
                // FTS5 compares its index with the rows, which integrity_check does not.
                if try db.tableExists("recipe_search") {
                    try db.execute(sql: "INSERT INTO recipe_search (recipe_search, rank) VALUES ('integrity-check', 1)")
                }
                for row in try Row.fetchAll(db, sql: "SELECT label, id FROM recipe") {
                    ids[row[0], default: []].append(row[1])
                }
            }
            try database.close()
        } catch {
            damage.append("\(error)")
        }
    }

    /// A database of another application.
    static func makeOther(at path: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        try database.close()
    }

    /// Adds a recipe.
    /// - Parameter copy: gets the database and its log, which alone has the recipe then.
    static func add(_ label: String, to path: String, leavingTheLogIn copy: String?) throws {
        let database = try DatabasePool(path: path)
        try database.write {
            try $0.execute(sql: "INSERT INTO recipe (label, submitter_id) VALUES (?, 1)", arguments: [label])
        }
        if let copy {
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
        }
        try database.close()
    }
}

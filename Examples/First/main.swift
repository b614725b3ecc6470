import Brigade

struct Bill: Model {
    let total: Double
    let people: Int

    static let properties = Properties(Bill.init) {
        Property("total", \.total, .moreThan(0), examples: [84.6])
        Property("people", \.people, default: 2, .atLeast(1))
    }

    func share(tip: Int) -> Double { total * (1 + Double(tip) / 100) / Double(people) }
}

var api = API(title: "Who pays what")
api.post("/share", Body(Bill.self), Query("tip", default: 10, .atLeast(0))) { bill, tip in
    ["share": bill.share(tip: tip)]
}
api.run("first")

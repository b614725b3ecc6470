import Serving

// A worker that comes to grief as its environment or a request tells it to: the server's tests run it.
let fault = Fault.current
WorkerProgram(
    name: "faulty-worker",
    prestart: { fault.strikePrestart() },
    application: {
        fault.strikeBoot()
        return FaultyApplication()
    }
).run()

import FleetModel
import Testing
import VehicleSignals

@Suite struct `the customers' files` {
    let fleet = settings(vehicles: 400, days: 10)

    func files() -> CustomerFiles {
        CustomerFiles(
            fleet, plans: plans(fleet),
            dealers: [
                .init(key: "dealer-a", url: "http://127.0.0.1:9/hook", secret: "whsec_AAAA"),
                .init(key: "dealer-b", url: nil, secret: ""),
            ], source: "native")
    }

    func rows(_ kind: String) -> [[Substring]] {
        (files().text[kind] ?? "").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
    }

    @Test func `there is one of each kind, in the order of import`() {
        let files = files()
        #expect(Set(files.text.keys) == Set(CustomerFiles.order))
        #expect(files.text.values.allSatisfy { $0.hasSuffix("\n") && $0.contains(",") })
        #expect(CustomerFiles.order.first == "dealers")
    }

    @Test func `every linked vehicle has a name, a holder and a gate`() {
        let linked = plans(fleet).count {
            CustomerStory(seed: fleet.seed, vehicle: $0.identity.index, dealers: 2).isLinked
        }
        #expect(linked < 400 && linked > 380)
        for kind in ["vehicles", "names", "holdings", "gates"] {
            #expect(rows(kind).count == linked + 1, "\(kind)")
        }
        #expect(rows("gates").contains { $0[1] == "off" })
        #expect(rows("gates").contains { $0[1] == "service_only" })
    }

    @Test func `some people have no permission and some vehicles no dealer`() {
        let states = Set(rows("permissions").dropFirst().map { String($0[5]) })
        #expect(states == ["Given", "Refused", "Withdrawn"])
        #expect(rows("choices").count < rows("vehicles").count - 10)
        #expect(rows("choices").count > rows("vehicles").count / 2)
    }

    @Test func `only a dealer with a webhook has an endpoint`() {
        #expect(rows("endpoints").count == 2)
        #expect(rows("endpoints")[1][2] == "http://127.0.0.1:9/hook")
    }

    @Test func `the same seed gives the same files`() {
        #expect(files().text == files().text)
    }
}

import Testing
import TriggerDelivery

struct TargetPolicyTests {
    @Test(
        arguments: [
            ("8.8.8.8", .global), ("193.0.6.139", .global), ("172.32.0.1", .global),
            ("100.128.0.1", .global), ("2a00:1450:4001:80b::200e", .global),
            ("2606:4700::1", .global),
            ("127.0.0.1", .private), ("127.255.255.254", .private), ("10.1.2.3", .private),
            ("172.16.0.1", .private), ("172.31.255.255", .private), ("192.168.1.1", .private),
            ("100.64.0.1", .private), ("100.127.255.255", .private), ("::1", .private),
            ("fc00::1", .private), ("fd12:3456::1", .private),
            ("169.254.169.254", .special), ("169.254.0.1", .special), ("fe80::1", .special),
            ("100.100.100.200", .special), ("168.63.129.16", .special), ("fd00:ec2::254", .special),
            ("192.0.0.192", .special), ("192.0.2.1", .special), ("198.18.0.1", .special),
            ("198.51.100.7", .special), ("203.0.113.9", .special), ("240.0.0.1", .special),
            ("192.88.99.1", .special), ("2001:db8::1", .special), ("2001::1", .special),
            ("2002:7f00:1::", .special), ("3fff::1", .special), ("fec0::1", .special),
            ("64:ff9b:1::1", .special), ("4000::1", .special), ("::7f00:1", .special),
            ("0.0.0.0", .unusable), ("0.1.2.3", .unusable), ("224.0.0.1", .unusable),
            ("239.255.255.250", .unusable), ("255.255.255.255", .unusable), ("::", .unusable),
            ("ff02::1", .unusable),
            // IPv4 in the clothes of IPv6 is what it is.
            ("::ffff:127.0.0.1", .private), ("::ffff:7f00:1", .private),
            ("::ffff:8.8.8.8", .global),
            ("::ffff:169.254.169.254", .special), ("64:ff9b::10.0.0.1", .private),
            ("64:ff9b::808:808", .global), ("::ffff:0.0.0.0", .unusable),
        ] as [(String, AddressKind)])
    func `every address is of its kind`(text: String, kind: AddressKind) throws {
        let address = try #require(IPAddress(text))
        #expect(address.kind == kind)
        #expect(IPAddress(address.description) == address)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "0x7f.0.0.1", "1..2.3",
        "+1.2.3.4", ":", ":::", "1::2::3", "12345::", "::g", "::1%eth0", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "::1.2.3", "1.2.3.4::", "[::1]", "::+1",
    ])
    func `what is no address is not read as one`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        "ftp://d.example/", "d.example", "//d.example/", "https://", "https:///x",
        "https://user@d.example/", "https://user:pw@d.example/", "https://d.example/#part",
        "https://d.example:0/", "https://d.example:65536/", "https://d.example:/x:",
        "https://d.example:+443/", "https://2130706433/", "https://0x7f.1/", "https://127.1/",
        "https://017700000001/", "https://1.2.3.4.5/", "https://[::1/", "https://[1.2.3.4]/",
        "https://[fe80::1%25eth0]/", "https://d .example/", "https://d.example/a b",
        "https://d\\.example/", "https://d.example\\@10.0.0.1/", "https://dé.example/",
        "https://a..b/", "https://\(String(repeating: "a", count: 64)).example/",
        "https://d.example/\(String(repeating: "x", count: 2048))", "https://d%2eexample/",
        "https://d.example/\r\nHost: x", "https://d.example:443:80/",
    ])
    func `a URL that could be read in two ways is refused`(text: String) {
        #expect(throws: TargetRefusal.self) { try TargetURL(text) }
    }

    @Test(arguments: [
        ("https://Dealer.Example", "https://dealer.example:443/"),
        ("https://dealer.example./hook?x=1&y=%20", "https://dealer.example:443/hook?x=1&y=%20"),
        ("HTTP://d-1.example:8080/a/b", "http://d-1.example:8080/a/b"),
        ("https://d.example?x", "https://d.example:443/?x"),
        ("https://[2A00::1]:8443/h", "https://[2a00:0:0:0:0:0:0:1]:8443/h"),
        ("https://8.8.8.8/", "https://8.8.8.8:443/"),
    ])
    func `a good URL is written in one form`(text: String, form: String) throws {
        #expect(try TargetURL(text).text == form)
    }

    private func isPermitted(_ policy: TargetPolicy, _ url: String, _ address: String) -> Bool {
        guard let url = try? TargetURL(url), let address = IPAddress(address) else { return false }
        return (try? policy.permitted(url, found: [address])) == [address]
    }

    @Test func `by default only https on the usual ports of the Internet is called`() {
        let policy = TargetPolicy()
        #expect(isPermitted(policy, "https://d.example/", "8.8.8.8"))
        #expect(isPermitted(policy, "https://d.example:8443/", "8.8.8.8"))
        #expect(!isPermitted(policy, "https://d.example:22/", "8.8.8.8"))
        #expect(!isPermitted(policy, "http://d.example/", "8.8.8.8"))
        for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"] {
            #expect(!isPermitted(policy, "https://d.example/", address), "\(address)")
        }
    }

    @Test func `private targets can be allowed, special and unusable ones not by that`() {
        let policy = TargetPolicy(allowPrivateTargets: true)
        #expect(isPermitted(policy, "http://127.0.0.1:9000/", "127.0.0.1"))
        #expect(isPermitted(policy, "http://d.local:80/", "192.168.3.4"))
        #expect(!isPermitted(policy, "http://d.example/", "169.254.169.254"))
        #expect(!isPermitted(policy, "http://d.example/", "8.8.8.8"))
        #expect(!isPermitted(policy, "http://d.example/", "0.0.0.0"))
    }

    @Test func `a list names hosts, ports and ranges`() throws {
        let policy = TargetPolicy(
            allowed: try [
                "dms.intern:8080", "127.0.0.1:9001", "10.7.0.0/16", "[fd00::5]", "any.host",
            ]
            .map { try #require(AllowedTarget($0), "\($0)") })
        #expect(isPermitted(policy, "http://dms.intern:8080/", "10.0.0.1"))
        #expect(!isPermitted(policy, "http://dms.intern:8081/", "10.0.0.1"))
        #expect(isPermitted(policy, "http://127.0.0.1:9001/", "127.0.0.1"))
        #expect(!isPermitted(policy, "http://127.0.0.1:9002/", "127.0.0.1"))
        #expect(isPermitted(policy, "http://x.example:1/", "10.7.255.1"))
        #expect(!isPermitted(policy, "http://x.example:1/", "10.8.0.1"))
        #expect(isPermitted(policy, "http://[fd00::5]:77/", "fd00::5"))
        #expect(isPermitted(policy, "http://any.host:1234/", "169.254.1.1"))
        #expect(!isPermitted(policy, "http://any.host/", "0.0.0.0"))
        #expect(AllowedTarget("10.0.0.0/33") == nil)
        #expect(AllowedTarget("a/b") == nil)
        #expect(AllowedTarget("") == nil)
    }

    @Test func `of several addresses only the permitted ones are kept`() throws {
        let url = try TargetURL("https://d.example/")
        let found = ["10.0.0.1", "8.8.8.8", "::1", "8.8.4.4"].compactMap { IPAddress($0) }
        let kept = try TargetPolicy().permitted(url, found: found)
        #expect(kept.map(\.description) == ["8.8.8.8", "8.8.4.4"])
        #expect(throws: TargetRefusal.address(.v4(0x0A00_0001), .private)) {
            try TargetPolicy().permitted(url, found: Array(found.prefix(1)))
        }
    }
}

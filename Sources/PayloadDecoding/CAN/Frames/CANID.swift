/// The id of a frame in 32 bits: 11 or 29 of them, and the top one for the extended form.
struct CANID: Sendable, BitwiseCopyable, Equatable {
    var bits: UInt32

    @inline(always)
    init(bits: UInt32) { self.bits = bits }

    @inline(always)
    init(_ id: UInt32, _ isExtended: Bool) { bits = id | (isExtended ? 0x8000_0000 : 0) }

    @inline(always) var isExtended: Bool { bits & 0x8000_0000 != 0 }
    @inline(always) var number: UInt32 { bits & 0x1FFF_FFFF }

    /// A number for the place in a table: the bits thoroughly mixed.
    @inline(always)
    static func spread(_ bits: UInt32) -> Int { Int((bits &* 0x9E37_79B1) >> 8) }
}

// The parts of an extended id by SAE J1939.
extension CANID {
    /// The sender.
    @inline(always) var sourceAddress: UInt8 { UInt8(truncatingIfNeeded: bits) }
    /// Which parameters the frame carries; a destination is no part of it.
    @inline(always) var parameterGroup: UInt32 {
        let group = (bits >> 8) & 0x3_FFFF
        return group & 0xFF00 < 0xF000 ? group & 0x3_FF00 : group
    }
    /// The receiver of a frame that has one; 255 is everybody.
    @inline(always) var destination: UInt8 {
        (bits >> 8) & 0xFF00 < 0xF000 ? UInt8(truncatingIfNeeded: bits >> 8) : 0xFF
    }
}

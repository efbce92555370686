import FleetModel
import Foundation
import VehicleSignals

/// Takes messages where they are to go.
protocol FleetTransport: AnyObject {
    /// Takes a message. Waits while there is no room; `false` if there was none for a second, and
    /// the message was not taken.
    func take(_ message: SentMessage) throws -> Bool
    /// Waits until everything taken has arrived; `false` if that needs longer than a second.
    func settle() throws -> Bool
    /// Messages taken and not yet arrived.
    var pending: Int { get }
    /// A word on how it stands, for the progress line.
    var word: String { get }
    func close() throws
}

/// Writes a line for each message instead of sending it.
final class FileTransport: FleetTransport {
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private static let bufferBytes = 1 << 20

    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw FleetError.cannotWrite(path) }
        self.handle = handle
    }

    func take(_ message: SentMessage) throws -> Bool {
        buffer.append(
            contentsOf: "{\"topic\":\"\(message.topic)\",\"ts\":\"\(message.time.rfc3339)\","
                .utf8)
        // Only rubbish may be anything but ASCII.
        if message.kind != .rubbish || String(validating: message.payload, as: UTF8.self) != nil {
            buffer.append(contentsOf: "\"payload\":\"".utf8)
            appendEscaped(message.payload)
        } else {
            buffer.append(contentsOf: "\"payload_base64\":\"".utf8)
            buffer.append(contentsOf: Data(message.payload).base64EncodedData())
        }
        buffer.append(contentsOf: "\"}\n".utf8)
        if buffer.count >= Self.bufferBytes { try write() }
        return true
    }

    func settle() throws -> Bool {
        try write()
        return true
    }

    var pending: Int { 0 }
    var word: String { "writing" }

    func close() throws {
        try write()
        try handle.close()
    }

    /// Appends UTF-8 text as the inside of a JSON string.
    private func appendEscaped(_ text: [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                buffer.append(UInt8(ascii: "\\"))
                buffer.append(byte)
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                buffer.append(contentsOf: ("\\u00" + (byte < 16 ? "0" : "") + hex).utf8)
            default: buffer.append(byte)
            }
        }
    }

    private func write() throws {
        try handle.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

/// What went wrong, with what to do about it.
enum FleetError: Error, CustomStringConvertible {
    case cannotWrite(String)
    case cannotRead(String, String)
    case badLine(file: String, line: Int, String)
    case badBroker(String)
    case notConnected(String)
    case otherFleet(String)

    var description: String {
        switch self {
        case .cannotWrite(let path): "\(path) cannot be written: check the folder and its rights."
        case .cannotRead(let path, let why): "\(path) cannot be read: \(why)"
        case .badLine(let file, let line, let why): "\(file):\(line): \(why)"
        case .badBroker(let text):
            "\"\(text)\" is no broker's address; write mqtt://HOST:PORT or mqtts://HOST:PORT."
        case .notConnected(let why): "No connection to the broker. \(why)"
        case .otherFleet(let path):
            "\(path) belongs to another fleet; give the same settings or another --state file."
        }
    }
}

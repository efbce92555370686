// Tesla records to readings with Google's C++ runtime: one message object reused, as its own
// documentation advises, and the mapping of the gateway behind it.
//
// usage: tesla_protobuf RECORDS MAPPING ROUNDS
// Prints one line of JSON: nanoseconds a record (best round) and the hash of all readings.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tesla.pb.h"

using turnpike::bench::Payload;
using turnpike::bench::Value;

namespace {

enum Kind { kNone, kDouble, kInteger, kIntegerNotZero, kCharging, kLocation, kTyres, kGear };
// As the gateway numbers them in a reading.
enum ReadingKind : uint8_t { kDoubleBits = 0, kIntegerBits = 1, kBooleanBits = 2 };

struct Entry {
    int kind = kNone;
    uint16_t signal = 0;
    uint16_t second = 0;
    double factor = 1;
};

struct Reading {
    int64_t time;
    uint64_t bits;
    uint16_t signal;
    uint8_t kind;
};

uint64_t bits_of(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

void decode(const std::string &bytes, const std::vector<Entry> &mapping, Payload &message,
            std::vector<Reading> &out) {
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
    const int64_t time =
        message.created_at().seconds() * 1000 + message.created_at().nanos() / 1000000;
    for (const auto &datum : message.data()) {
        if (datum.key() <= 0 || datum.key() >= 512) continue;
        const Entry &entry = mapping[datum.key()];
        const Value &value = datum.value();
        auto add = [&](uint8_t kind, uint64_t bits, uint16_t offset = 0) {
            out.push_back({time, bits, static_cast<uint16_t>(entry.signal + offset), kind});
        };
        switch (entry.kind) {
        case kDouble:
            if (value.value_case() == Value::kDoubleValue)
                add(kDoubleBits, bits_of(value.double_value() * entry.factor));
            break;
        case kInteger:
        case kIntegerNotZero:
            if (value.value_case() != Value::kDoubleValue) break;
            if (entry.kind == kIntegerNotZero && value.double_value() == 0) break;
            add(kIntegerBits, static_cast<uint64_t>(static_cast<int64_t>(
                                  std::round(value.double_value() * entry.factor))));
            break;
        case kCharging:
            if (value.detailed_charge_state_value() <= 0) break;
            add(kBooleanBits, value.detailed_charge_state_value() == 4);
            add(kBooleanBits, value.detailed_charge_state_value() != 1,
                static_cast<uint16_t>(entry.second - entry.signal));
            break;
        case kGear:
            if (value.shift_state_value() >= 2 && value.shift_state_value() <= 5)
                add(kBooleanBits, value.shift_state_value() == 2);
            break;
        case kLocation:
            if (value.value_case() != Value::kLocationValue) break;
            add(kDoubleBits, bits_of(value.location_value().latitude()));
            add(kDoubleBits, bits_of(value.location_value().longitude()), 1);
            break;
        case kTyres: {
            if (value.value_case() != Value::kTireLocationValue) break;
            const auto &tyres = value.tire_location_value();
            add(kBooleanBits, tyres.front_left());
            add(kBooleanBits, tyres.front_right(), 1);
            add(kBooleanBits, tyres.rear_left(), 2);
            add(kBooleanBits, tyres.rear_right(), 3);
            break;
        }
        default: break;
        }
    }
}

void mix(uint64_t word, uint64_t &hash) {
    hash = (hash ^ word) * 0x100000001B3u;
    hash ^= hash >> 29;
}

}  // namespace

int main(int count, char **arguments) {
    if (count != 4) return 2;
    std::ifstream file(arguments[1], std::ios::binary);
    std::vector<std::string> records;
    unsigned char head[4];
    while (file.read(reinterpret_cast<char *>(head), 4)) {
        std::string record(head[0] | head[1] << 8 | head[2] << 16 | head[3] << 24, '\0');
        file.read(record.data(), static_cast<std::streamsize>(record.size()));
        records.push_back(std::move(record));
    }
    std::vector<Entry> mapping(512);
    std::ifstream table(arguments[2]);
    for (int key, kind, signal, second; table >> key >> kind >> signal >> second;) {
        mapping[key].kind = kind;
        mapping[key].signal = static_cast<uint16_t>(signal);
        mapping[key].second = static_cast<uint16_t>(second);
        table >> mapping[key].factor;
    }
    if (records.empty()) return 2;

    Payload message;
    std::vector<Reading> readings;
    readings.reserve(256);
    uint64_t hash = 0xCBF29CE484222325u;
    for (const auto &record : records) {
        readings.clear();
        decode(record, mapping, message, readings);
        for (const auto &reading : readings) {
            mix(reading.signal, hash);
            mix(reading.kind, hash);
            mix(static_cast<uint64_t>(reading.time), hash);
            mix(reading.bits, hash);
        }
    }
    double best = std::numeric_limits<double>::infinity();
    for (int round = std::atoi(arguments[3]); round > 0; round--) {
        const auto begun = std::chrono::steady_clock::now();
        for (const auto &record : records) {
            readings.clear();
            decode(record, mapping, message, readings);
        }
        const std::chrono::duration<double, std::nano> taken =
            std::chrono::steady_clock::now() - begun;
        best = std::min(best, taken.count() / static_cast<double>(records.size()));
    }
    std::printf("{\"ns\": %.2f, \"hash\": \"%llx\"}\n", best,
                static_cast<unsigned long long>(hash));
    return 0;
}

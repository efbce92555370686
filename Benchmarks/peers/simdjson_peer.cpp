// The same mapping as the gateway's decoder, written with simdjson On-Demand as a user who cares
// for speed would write it: one parser and padded messages kept from pass to pass, names looked up
// in a hash table by view, nothing allocated a message.
//
// usage: simdjson_peer FOLDER CORPUS [SECONDS]
//
// Prints one line of JSON: the best time a message over many passes and the hash of all readings
// (signal number, time, bits of the value), which must equal the gateway's.
#include <simdjson.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

using namespace simdjson;

namespace {

struct Signal {
    uint16_t number;
    enum Kind : uint8_t { real, whole, boolean, word } kind;
    double lowest, highest;
};

struct Reading {
    int64_t time;
    uint64_t bits;
    uint16_t signal;
    uint8_t kind, quality, retained;
};

using Readings = std::vector<Reading>;
std::unordered_map<std::string_view, Signal> signals;

[[noreturn]] void fail(const std::string &text) {
    std::cerr << "simdjson_peer: " << text << "\n";
    std::exit(1);
}

inline int two(const char *text) {
    unsigned tens = static_cast<unsigned char>(text[0]) - '0';
    unsigned ones = static_cast<unsigned char>(text[1]) - '0';
    return tens <= 9 && ones <= 9 ? static_cast<int>(tens * 10 + ones) : -100000;
}

// RFC 3339 in UTC with any fraction; false where it is none.
bool milliseconds(std::string_view text, int64_t &result) {
    constexpr std::string_view utc = "+00:00";
    if (text.size() > 25 && text.substr(text.size() - utc.size()) == utc) {
        text.remove_suffix(utc.size() - 1);
    } else if (text.size() < 20 || text.back() != 'Z') {
        return false;
    }
    const char *at = text.data();
    int year = two(at) * 100 + two(at + 2), month = two(at + 5), day = two(at + 8);
    int hour = two(at + 11), minute = two(at + 14), second = two(at + 17);
    if (at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':')
        return false;
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    int fraction = 0;
    if (text.size() > 20) {
        if (at[19] != '.') return false;
        int weight = 100;
        for (size_t index = 20; index + 1 < text.size(); index++) {
            if (at[index] < '0' || at[index] > '9') return false;
            fraction += (at[index] - '0') * weight;
            weight /= 10;
        }
    }
    int march = month <= 2 ? year - 1 : year, era = march / 400, of_era = march - era * 400;
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t days = int64_t(era) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
                   719468;
    result = (days * 86400 + hour * 3600 + minute * 60 + second) * 1000 + fraction;
    return true;
}

inline uint64_t bits_of(double value) {
    uint64_t bits;
    if (value == 0) value = 0;
    std::memcpy(&bits, &value, 8);
    return bits;
}

// One number as the catalogue keeps it: within bounds, whole where the signal is.
inline error_code add_number(ondemand::value value, const Signal &signal, int64_t time,
                             Readings &out) {
    if (signal.kind == Signal::whole) {
        int64_t whole;
        if (auto error = value.get_int64().get(whole)) return error;
        if (whole < signal.lowest || whole > signal.highest) return SUCCESS;
        out.push_back({time, uint64_t(whole), signal.number, 1, 3, 0});
    } else {
        double real;
        if (auto error = value.get_double().get(real)) return error;
        if (real < signal.lowest || real > signal.highest) return SUCCESS;
        out.push_back({time, bits_of(real), signal.number, 0, 3, 0});
    }
    return SUCCESS;
}

error_code decode_native(ondemand::document &document, Readings &out) {
    ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    int64_t time = 0;
    size_t first = out.size();
    for (auto field : object) {
        std::string_view key;
        if (auto error = field.unescaped_key().get(key)) return error;
        if (key == "ts") {
            std::string_view text;
            if (auto error = field.value().get_string().get(text)) return error;
            if (!milliseconds(text, time)) return INCORRECT_TYPE;
        } else if (key == "signals") {
            ondemand::object members;
            if (auto error = field.value().get_object().get(members)) return error;
            for (auto member : members) {
                std::string_view path;
                if (auto error = member.unescaped_key().get(path)) return error;
                auto found = signals.find(path);
                if (found == signals.end()) continue;
                ondemand::value value;
                if (auto error = member.value().get(value)) return error;
                if (auto error = add_number(value, found->second, time, out)) return error;
            }
        }
    }
    for (size_t index = first; index < out.size(); index++) out[index].time = time;
    return SUCCESS;
}

// A key's signal and what its values are multiplied with and divided by.
struct Mapped {
    const char *path;
    double factor;
    double divisor = 1;
    const Signal *signal = nullptr;
};

// One value in the catalogue's unit.
inline void add_converted(double value, const Mapped &mapped, int64_t time, Readings &out) {
    const Signal &signal = *mapped.signal;
    value *= mapped.factor;
    if (mapped.divisor != 1) value /= mapped.divisor;
    if (signal.kind == Signal::whole) {
        int64_t whole = int64_t(value < 0 ? value - 0.5 : value + 0.5);
        if (whole < signal.lowest || whole > signal.highest) return;
        out.push_back({time, uint64_t(whole), signal.number, 1, 3, 0});
    } else if (value >= signal.lowest && value <= signal.highest) {
        out.push_back({time, bits_of(value), signal.number, 0, 3, 0});
    }
}

using Map = std::unordered_map<std::string_view, Mapped>;

// Looks the signals up once.
Map known(Map map) {
    for (auto &entry : map) {
        auto found = signals.find(entry.second.path);
        if (found == signals.end()) fail(std::string("no signal ") + entry.second.path);
        entry.second.signal = &found->second;
    }
    return map;
}

inline error_code get_number(ondemand::value value, double &number) {
    ondemand::json_type type;
    if (auto error = value.type().get(type)) return error;
    if (type == ondemand::json_type::string) return value.get_double_in_string().get(number);
    return value.get_double().get(number);
}

error_code decode_bmw(ondemand::document &document, Readings &out) {
    static const Map map = known({
        {"vehicle.vehicle.travelledDistance", {"Vehicle.TraveledDistance", 1000}},
        {"vehicle.chassis.axle.row1.wheel.left.tire.pressure",
         {"Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", 1}},
        {"vehicle.chassis.axle.row1.wheel.right.tire.pressure",
         {"Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", 1}},
        {"vehicle.electricalSystem.battery.voltage",
         {"Vehicle.LowVoltageBattery.CurrentVoltage", 1}},
        {"vehicle.drivetrain.batteryManagement.header",
         {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed", 1}},
        {"vehicle.drivetrain.fuelSystem.level",
         {"Vehicle.Powertrain.FuelSystem.RelativeLevel", 1}},
    });
    ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    std::string_view name, text;
    int64_t sent = 0;
    for (auto field : object) {
        std::string_view key;
        if (auto error = field.unescaped_key().get(key)) return error;
        if (key == "vin") {
            if (auto error = field.value().get_string().get(name)) return error;
        } else if (key == "timestamp") {
            if (auto error = field.value().get_string().get(text)) return error;
            if (!milliseconds(text, sent)) return INCORRECT_TYPE;
        } else if (key == "data") {
            ondemand::object members;
            if (auto error = field.value().get_object().get(members)) return error;
            for (auto member : members) {
                if (auto error = member.unescaped_key().get(key)) return error;
                auto found = map.find(key);
                if (found == map.end()) continue;
                ondemand::object parts;
                if (auto error = member.value().get_object().get(parts)) return error;
                int64_t time = sent;
                double value = 0;
                std::string_view unit;
                for (auto part : parts) {
                    if (auto error = part.unescaped_key().get(key)) return error;
                    if (key == "timestamp") {
                        if (auto error = part.value().get_string().get(text)) return error;
                        if (!milliseconds(text, time)) return INCORRECT_TYPE;
                    } else if (key == "unit") {
                        if (auto error = part.value().get_string().get(unit)) return error;
                    } else if (key == "value") {
                        ondemand::value raw;
                        if (auto error = part.value().get(raw)) return error;
                        if (auto error = get_number(raw, value)) return error;
                    }
                }
                // The units that the maker names, beside the catalogue's.
                if (unit != "km" && unit != "kPa" && unit != "V" && unit != "%")
                    return INCORRECT_TYPE;
                add_converted(value, found->second, time, out);
            }
        }
    }
    return SUCCESS;
}

error_code decode_teltonika(ondemand::document &document, Readings &out) {
    static const Map map = known({
        {"16", {"Vehicle.TraveledDistance", 1}},
        {"37", {"Vehicle.Speed", 1}},
        {"66", {"Vehicle.LowVoltageBattery.CurrentVoltage", 1, 1000}},
        {"32", {"Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature", 1}},
        {"36", {"Vehicle.Powertrain.CombustionEngine.Speed", 1}},
    });
    static const Map place = known({{"lat", {"Vehicle.CurrentLocation.Latitude", 1}},
                                    {"lng", {"Vehicle.CurrentLocation.Longitude", 1}}});
    ondemand::object record;
    if (auto error = document["state"]["reported"].get_object().get(record)) return error;
    int64_t time = 0, satellites = -1;
    std::string_view position;
    size_t first = out.size();
    for (auto field : record) {
        std::string_view key;
        if (auto error = field.unescaped_key().get(key)) return error;
        if (key == "ts") {
            if (auto error = field.value().get_int64().get(time)) return error;
        } else if (key == "latlng") {
            if (auto error = field.value().get_string().get(position)) return error;
        } else if (key == "sat") {
            if (auto error = field.value().get_int64().get(satellites)) return error;
        } else {
            auto found = map.find(key);
            if (found == map.end()) continue;
            ondemand::value raw;
            double value;
            if (auto error = field.value().get(raw)) return error;
            if (auto error = get_number(raw, value)) return error;
            add_converted(value, found->second, time, out);
        }
    }
    size_t comma = position.find(',');
    if (satellites != 0 && comma != position.npos) {
        double latitude, longitude;
        std::from_chars(position.data(), position.data() + comma, latitude);
        std::from_chars(
            position.data() + comma + 1, position.data() + position.size(), longitude);
        add_converted(latitude, place.at("lat"), time, out);
        add_converted(longitude, place.at("lng"), time, out);
    }
    for (size_t index = first; index < out.size(); index++) out[index].time = time;
    return SUCCESS;
}

// A number with the unit that stands beside it, by the factor that the unit asks for.
using Units = std::unordered_map<std::string_view, double>;

error_code get_measured(ondemand::value raw, const Units &units, double &number) {
    ondemand::object parts;
    if (auto error = raw.get_object().get(parts)) return error;
    std::string_view key, unit;
    for (auto part : parts) {
        if (auto error = part.unescaped_key().get(key)) return error;
        if (key == "unit") {
            if (auto error = part.value().get_string().get(unit)) return error;
        } else if (key == "value") {
            if (auto error = part.value().get_double().get(number)) return error;
        }
    }
    auto found = units.find(unit);
    if (found == units.end()) return INCORRECT_TYPE;
    number *= found->second;
    return SUCCESS;
}

enum class Form { measured, ratio, tyres, place, none };

error_code decode_property(
    ondemand::array values, Form form, const Mapped *mapped, Readings &out) {
    static const Units units = {{"kilometers", 1}, {"volts", 1}, {"kilometers_per_hour", 1}};
    static const Units pressures = {{"bars", 100}};
    static const Map tyres = known({
        {"front_left", {"Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure", 1}},
        {"front_right", {"Vehicle.Chassis.Axle.Row1.Wheel.Right.Tire.Pressure", 1}},
        {"rear_left", {"Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure", 1}},
        {"rear_right", {"Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure", 1}},
    });
    static const Map place = known({{"latitude", {"Vehicle.CurrentLocation.Latitude", 1}},
                                    {"longitude", {"Vehicle.CurrentLocation.Longitude", 1}}});
    std::string_view key, text;
    for (auto value : values) {
        ondemand::object reading;
        if (auto error = value.get_object().get(reading)) return error;
        size_t first = out.size();
        int64_t time = 0;
        for (auto member : reading) {
            if (auto error = member.unescaped_key().get(key)) return error;
            if (key == "timestamp") {
                if (auto error = member.value().get_string().get(text)) return error;
                if (!milliseconds(text, time)) return INCORRECT_TYPE;
                continue;
            }
            if (key != "data") continue;
            ondemand::value data;
            double number = 0;
            if (auto error = member.value().get(data)) return error;
            if (form == Form::measured) {
                if (auto error = get_measured(data, units, number)) return error;
                add_converted(number, *mapped, 0, out);
            } else if (form == Form::ratio) {
                if (auto error = data.get_double().get(number)) return error;
                add_converted(number, *mapped, 0, out);
            } else {
                ondemand::object parts;
                const Mapped *tyre = nullptr;
                if (auto error = data.get_object().get(parts)) return error;
                for (auto part : parts) {
                    if (auto error = part.unescaped_key().get(key)) return error;
                    if (form == Form::place) {
                        auto found = place.find(key);
                        if (found == place.end()) continue;
                        if (auto error = part.value().get_double().get(number)) return error;
                        add_converted(number, found->second, 0, out);
                    } else if (key == "location") {
                        if (auto error = part.value().get_string().get(text)) return error;
                        auto found = tyres.find(text);
                        if (found != tyres.end()) tyre = &found->second;
                    } else if (key == "pressure") {
                        ondemand::value pressure;
                        if (auto error = part.value().get(pressure)) return error;
                        if (auto error = get_measured(pressure, pressures, number)) return error;
                    }
                }
                if (tyre != nullptr) add_converted(number, *tyre, 0, out);
            }
        }
        for (size_t index = first; index < out.size(); index++) out[index].time = time;
    }
    return SUCCESS;
}

error_code decode_highmobility(ondemand::document &document, Readings &out) {
    static const Map measured = known({
        {"odometer", {"Vehicle.TraveledDistance", 1000}},
        {"battery_voltage", {"Vehicle.LowVoltageBattery.CurrentVoltage", 1}},
        {"speed", {"Vehicle.Speed", 1}},
        {"distance_to_next_service", {"Vehicle.Service.DistanceToService", 1}},
    });
    static const Map ratios =
        known({{"fuel_level", {"Vehicle.Powertrain.FuelSystem.RelativeLevel", 100}}});
    ondemand::object object, capabilities;
    std::string_view key, name;
    if (auto error = document.get_object().get(object)) return error;
    for (auto field : object) {
        if (auto error = field.unescaped_key().get(key)) return error;
        if (key == "vin") {
            if (auto error = field.value().get_string().get(name)) return error;
        } else if (key == "data") {
            if (auto error = field.value().get_object().get(capabilities)) return error;
            for (auto capability : capabilities) {
                ondemand::object properties;
                if (auto error = capability.value().get_object().get(properties)) return error;
                for (auto property : properties) {
                    if (auto error = property.unescaped_key().get(key)) return error;
                    Form form = Form::none;
                    const Mapped *mapped = nullptr;
                    if (auto found = measured.find(key); found != measured.end()) {
                        form = Form::measured;
                        mapped = &found->second;
                    } else if (auto ratio = ratios.find(key); ratio != ratios.end()) {
                        form = Form::ratio;
                        mapped = &ratio->second;
                    } else if (key == "tire_pressures") {
                        form = Form::tyres;
                    } else if (key == "coordinates") {
                        form = Form::place;
                    } else {
                        continue;
                    }
                    ondemand::array values;
                    if (auto error = property.value().get_array().get(values)) return error;
                    if (auto error = decode_property(values, form, mapped, out)) return error;
                }
            }
        }
    }
    return SUCCESS;
}

error_code decode_onstar(ondemand::document &document, Readings &out) {
    static const Map map = known({
        {"odo_read", {"Vehicle.TraveledDistance", 1000}},
        {"trip_a_odo", {"Vehicle.TripMeterReading", 1000}},
    });
    // Which of the readings a time belongs to.
    static const std::unordered_map<std::string_view, uint16_t> times = {
        {"odo_read_last_updated", map.at("odo_read").signal->number},
        {"trip_a_odo_last_updated", map.at("trip_a_odo").signal->number},
    };
    ondemand::object object;
    std::string_view key, text;
    if (auto error = document.get_object().get(object)) return error;
    for (auto field : object) {
        if (auto error = field.unescaped_key().get(key)) return error;
        if (auto found = map.find(key); found != map.end()) {
            ondemand::value raw;
            double value;
            if (auto error = field.value().get(raw)) return error;
            if (auto error = get_number(raw, value)) return error;
            // 0 stands for "not read".
            if (value != 0) add_converted(value, found->second, 0, out);
        } else if (auto time = times.find(key); time != times.end()) {
            int64_t at;
            if (auto error = field.value().get_string().get(text)) return error;
            if (!milliseconds(text, at)) return INCORRECT_TYPE;
            for (Reading &reading : out) {
                if (reading.signal == time->second) reading.time = at;
            }
        }
    }
    return SUCCESS;
}

struct Message {
    const char *start;
    size_t length;
};

std::string read_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string table_text;

void read_signals(const std::string &path) {
    table_text = read_file(path);
    std::string_view rest = table_text;
    while (!rest.empty()) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        std::string_view part[5];
        for (auto &one : part) {
            size_t tab = line.find('\t');
            one = line.substr(0, tab);
            line.remove_prefix(tab == line.npos ? line.size() : tab + 1);
        }
        Signal signal{};
        signal.number = uint16_t(std::stoi(std::string(part[1])));
        signal.kind = part[2] == "integer"   ? Signal::whole
                      : part[2] == "boolean" ? Signal::boolean
                      : part[2] == "word"    ? Signal::word
                                             : Signal::real;
        signal.lowest = std::stod(std::string(part[3]));
        signal.highest = std::stod(std::string(part[4]));
        signals.emplace(part[0], signal);
    }
}

using Decoder = error_code (*)(ondemand::document &, Readings &);

Decoder decoder_of(const std::string &corpus) {
    if (corpus == "native") return decode_native;
    if (corpus == "bmw") return decode_bmw;
    if (corpus == "teltonika") return decode_teltonika;
    if (corpus == "highmobility") return decode_highmobility;
    if (corpus == "onstar") return decode_onstar;
    fail("no corpus " + corpus);
}

}  // namespace

int main(int count, char **words) {
    if (count < 3) fail("usage: simdjson_peer FOLDER CORPUS [SECONDS]");
    std::string folder = words[1], corpus = words[2];
    double seconds = count > 3 ? std::stod(words[3]) : 1;
    read_signals(folder + "/signals.tsv");
    std::string text = read_file(folder + "/" + corpus + ".tsv");
    size_t length = text.size();
    text.resize(length + SIMDJSON_PADDING);
    std::vector<Message> messages;
    for (size_t at = 0; at < length;) {
        size_t tab = text.find('\t', at), end = text.find('\n', at);
        messages.push_back({text.data() + tab + 1, end - tab - 1});
        at = end + 1;
    }
    Decoder decode = decoder_of(corpus);
    ondemand::parser parser;
    Readings out;
    out.reserve(4096);
    auto pass = [&](auto fold) {
        size_t readings = 0;
        for (const Message &message : messages) {
            out.clear();
            // What follows a message in the buffer is the next one: more than the padding.
            ondemand::document document;
            padded_string_view view(message.start, message.length,
                                    message.length + SIMDJSON_PADDING);
            if (auto error = parser.iterate(view).get(document)) fail(error_message(error));
            if (auto error = decode(document, out)) fail(error_message(error));
            readings += out.size();
            fold();
        }
        return readings;
    };
    uint64_t hash = 0;
    auto mix = [&](uint64_t value) { hash = (hash ^ value) * 0x100000001B3ull; };
    size_t readings = pass([&] {
        for (const Reading &reading : out) {
            mix(reading.signal);
            mix(uint64_t(reading.time));
            mix(reading.bits);
        }
    });
    using clock = std::chrono::steady_clock;
    auto begun = clock::now();
    double best = 1e300;
    int passes = 0;
    while (std::chrono::duration<double>(clock::now() - begun).count() < seconds || passes < 5) {
        auto start = clock::now();
        size_t again = pass([] {});
        double took = std::chrono::duration<double, std::nano>(clock::now() - start).count();
        if (again != readings) fail("two passes differ");
        if (took < best) best = took;
        passes++;
    }
    std::printf("{\"corpus\":\"%s\",\"ns\":%.1f,\"messages\":%zu,\"readings\":%zu,\"passes\":%d,"
                "\"hash\":\"%llx\",\"implementation\":\"%s\"}\n",
                corpus.c_str(), best / double(messages.size()), messages.size(), readings, passes,
                static_cast<unsigned long long>(hash),
                get_active_implementation()->name().c_str());
}

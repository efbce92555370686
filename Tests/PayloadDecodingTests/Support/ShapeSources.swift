import ConfigurationFiles
import PayloadDecoding
import VehicleSignals

/// Sources that use what the mapping language knows of objects, arrays, texts and dates, all at
/// once.
enum ShapeSources {
    static func make(_ catalogue: SignalCatalogue) throws -> [SourceDefinition] {
        try [shapes, bare].map {
            try SourceFile.load(text: $0, file: "shapes.yaml", catalogue: catalogue)
        }
    }

    private static let shapes = #"""
        source: shapes
        version: "1"
        invalid: ["", "-NA-", "-N*"]
        booleans: {"yes": true, "no": false}
        settings: {pressure: bar}
        readings:
          measured: {value: data.value, unit: data.unit, time: {path: timestamp}}
          either: {value: [v.float, v.text], time: {path: at, kind: epoch_ms, quality: backend}}
          plain: {value: value, time: {path: ts, kind: iso}}
          series: {each: dp, value: value, time: {path: ts, kind: iso}}
          code: {value: id, time: {path: seen, kind: epoch_s}}
          parts: {value: [a, b.c], join: true, time: {path: at, kind: epoch_s}}
          begun: {value: begun, time: {path: begun, kind: epoch_s}}
          over: {value: over}
        topics:
          - {topic: "shapes/{vehicle}", form: document, mapping: all}
          - {topic: "shape/{vehicle}_{field}/state", form: fields, mapping: one}
          - {topic: "alarm/{vehicle}/{field}", form: document, mapping: alarm}
          - {topic: "alarms/{vehicle}/{field...}", form: documents, mapping: alarm}
        mappings:
          all:
            vehicle: vin
            time: {path: timestamp, quality: backend}
            below: [data, "."]
            reading: measured
            fields:
              - path: 'odometer[]'
                signal: Vehicle.TraveledDistance
                unit: km
                numbers_as_text: true
              - {path: range, signal: Vehicle.Powertrain.Range, unit: km, invalid: [-1]}
              - {path: fuel, signal: Vehicle.Powertrain.FuelSystem.RelativeLevel, unit: ratio}
              - path: temperature
                signal: Vehicle.Exterior.AirTemperature
                scale: 0.5
                offset: -40
              - path: 'tyres[]'
                when: {place: [front_left, "1"]}
                signal: Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure
                unit: ${pressure}
              - path: 'tyres[]'
                when: {place: rear_left}
                unless: {valid: [0, "no", false]}
                signal: Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.Pressure
                unit: ${pressure}
              - path: 'points[]'
                when: {path: '{signal}'}
                signals: all
                reading: plain
                numbers_as_text: true
              - path: 'series[]'
                when: {path: '{signal}'}
                signals: all
                reading: series
                numbers_as_text: true
              - {path: 'signals.{signal}[]', signals: all, reading: plain, numbers_as_text: true}
              - {path: 'typed[]', when: {key: speed}, signal: Vehicle.Speed, reading: either}
              - {path: 'typed[]', when: {key: soc}, signal: Vehicle.Ext.Small, reading: either}
              - {path: 'codes[]', signal: Vehicle.Diagnostics.DTCList, reading: code}
              - path: 'codes[]'
                signal: Vehicle.Diagnostics.Ext.ConfirmedDTCList
                when: {status: [ACTIVE, "1"]}
                reading: code
              - path: 'uds[].value(json).found[].codes[].DTC'
                signal: Vehicle.Diagnostics.DTCList
                format: hex
                bits: 24
                reading: bare
              - {path: due, signal: Vehicle.Service.TimeToService, until: iso, reading: bare}
              - path: legal
                signal: Vehicle.Service.Ext.TimeToOilService
                until: dmy_or_mdy
                reading: plain
              - {path: 'list[0]', signal: Vehicle.LowVoltageBattery.CurrentVoltage, reading: bare}
              - {path: 'list[last]', signal: Vehicle.Ext.Serial, reading: bare}
              - {path: 'list[2]', signal: Vehicle.Ext.Small, reading: bare}
              - path: hex.a
                signal: Vehicle.Ext.Serial
                format: hex
                bits: 16
                reading: bare
              - path: hex.b
                signal: Vehicle.Exterior.AirTemperature
                format: hex
                bits: 8
                signed: true
                reading: bare
              - path: place
                part: 0
                signal: Vehicle.CurrentLocation.Latitude
                reading: bare
              - path: place
                part: 1
                signal: Vehicle.CurrentLocation.Longitude
                reading: bare
              - path: service
                signal: Vehicle.Service.TimeToService
                unit: months
                format: quantity
                reading: bare
              - {path: mil, signal: Vehicle.Diagnostics.Ext.IsMILOn, reading: bare}
              - path: spot
                part: 0
                format: hemisphere
                signal: Vehicle.CurrentLocation.Latitude
                reading: bare
              - path: spot
                part: 1
                format: hemisphere
                signal: Vehicle.CurrentLocation.Longitude
                reading: bare
              - {path: spelt, format: hex, signal: Vehicle.Ext.SoftwareVersion, reading: bare}
              - {path: name, format: hex, signal: Vehicle.Ext.SoftwareVersion, reading: parts}
              - {path: called, signal: Vehicle.Ext.SoftwareVersion, reading: parts}
          alarm:
            vehicle: car
            time: {path: sent, kind: epoch_s, quality: backend}
            fields:
              - path: .
                when: {for: [service, "1"]}
                unless: {not: [service, true]}
                reading: begun
                format: topic
                signal: Vehicle.Ext.SoftwareVersion
              - path: .
                when: {for: [service, "2"]}
                reading: over
                format: topic
                invalid: [FAULT_9]
                signal: Vehicle.Ext.SoftwareVersion
              - path: state
                format: topic
                values: {FAULT_1: "ON"}
                signal: Vehicle.LowVoltageSystemState
              - {path: codes, signal: Vehicle.Diagnostics.DTCList}
              - {path: 'more[]', signal: Vehicle.Diagnostics.DTCList}
              - {path: due, signal: Vehicle.Service.TimeToService, until: epoch_s_or_iso}
          one:
            time: {path: odometer.at, kind: epoch_s_or_iso}
            fields:
              - {path: odometer, signal: Vehicle.TraveledDistance, unit: km, reading: measured}
              - {path: soc.val, signal: Vehicle.Ext.Small}
        """#

    private static let bare = #"""
        source: bare
        version: "1"
        invalid: [nan, "none*"]
        booleans: {"yes": true, "no": false, "on": true, "off": false}
        topics:
          - {topic: "bare/{vehicle}/{field...}", form: text, mapping: m}
          - {topic: "bare/{vehicle}/voltage", form: text, mapping: m, field: volts}
          - {topic: "state/x{vehicle}y", form: text, mapping: m, field: mil}
        mappings:
          m:
            fields:
              - {path: volts, signal: Vehicle.LowVoltageBattery.CurrentVoltage}
              - path: v/odometer
                signal: Vehicle.TraveledDistance
                unit: km
                invalid: [2147483647]
              - {path: mil, signal: Vehicle.Diagnostics.Ext.IsMILOn}
              - {path: v/t, part: 0, signal: Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure}
              - {path: v/t, part: 3, signal: Vehicle.Chassis.Axle.Row2.Wheel.Right.Tire.Pressure}
              - {path: software, signal: Vehicle.Ext.SoftwareVersion}
              - {path: state, signal: Vehicle.LowVoltageSystemState, values: {drive: "ON"}}
              - {path: due, signal: Vehicle.Service.TimeToService, until: epoch_s_or_iso}
              - {path: service, signal: Vehicle.Service.TimeToService, unit: days, format: quantity}
              - {path: codes, signal: Vehicle.Diagnostics.DTCList}
              - {path: serial, signal: Vehicle.Ext.Serial, format: hex, bits: 64, signed: true}
        """#
}

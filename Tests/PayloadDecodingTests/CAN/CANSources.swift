import ConfigurationFiles
import Foundation
import PayloadDecoding
import VehicleSignals

/// Sources with frames, for tests.
enum CANSources {
    /// The shipped source for candump lines, and two with a database.
    static func make() throws -> CompiledSources {
        let catalogue = try Shipped.catalogue()
        let path = "config/sources/can.yaml"
        return try CompiledSources(
            definitions: [
                SourceFile.load(text: Shipped.text(path), file: path, catalogue: catalogue),
                load(source, catalogue: catalogue),
            ], catalogue: catalogue)
    }

    static func load(
        _ text: String, catalogue: SignalCatalogue, database: String = database
    ) throws -> SourceDefinition {
        try SourceFile.load(text: text, file: "x.yaml", catalogue: catalogue) { name in
            name == "car.dbc" ? Array(database.utf8) : nil
        }
    }

    /// Both carriers, a database for one bus only, and documents on the same topic.
    static let source = """
        source: adapter
        version: "1"
        topics:
          - {topic: "wican/{vehicle}/can/rx", form: can, bus: adapter, else_mapping: modes}
          - {topic: "log/{vehicle}", form: can, bus: logger}
          - {topic: "plain/{vehicle}", form: can, bus: frames}
        buses:
          adapter:
            carrier: wican
            obd: true
            uds: true
            databases:
              - dbc: car.dbc
                signals: [{name: Odometer, signal: Vehicle.TraveledDistance}]
          logger:
            carrier: candump
            databases:
              - dbc: car.dbc
                bus: can1
                signals:
                  - {name: Odometer, signal: Vehicle.TraveledDistance}
                  - {name: Outside, signal: Vehicle.Exterior.AirTemperature, unit: celsius}
                  - {name: Fuel, signal: Vehicle.Powertrain.FuelSystem.RelativeLevel}
                  - {name: Key, signal: Vehicle.LowVoltageSystemState, values: {2: ACC, run: "ON"}}
                  - {name: Lamp, signal: Vehicle.Diagnostics.Ext.IsMILOn}
                  - {message: Extended, name: Speed, signal: Vehicle.Speed}
                  - name: Range
                    signal: Vehicle.Powertrain.Range
                    invalid: [7]
                    all_ones: value
                    bounds: false
          frames:
            carrier: candump
            databases:
              - dbc: car.dbc
                signals: [{name: Ratio, signal: Vehicle.Service.DistanceToService, unit: km}]
        mappings:
          modes:
            fields:
              - {path: SOC, signal: Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed}
        """

    static let database = """
        VERSION ""

        NS_ :
            CM_
            VAL_

        BS_:
        BU_: GW ECU

        BO_ 256 Cluster: 8 GW
         SG_ Odometer : 0|20@1+ (1,0) [0|1048573] "km"  GW
         SG_ Outside : 31|9@0- (0.5,-10) [-50|75] "unheard"  GW,ECU
         SG_ Fuel : 32|7@1+ (1,0) [0|100] "%"  GW
         SG_ Key : 40|3@1+ (1,0) [0|7] ""  GW
         SG_ Lamp : 43|1@1+ (1,0) [0|1] ""  GW

        BO_ 257 Parts: 8 GW
         SG_ Page M : 0|2@1+ (1,0) [0|3] ""  GW
         SG_ Sub m1M : 2|2@1+ (1,0) [0|3] ""  GW
         SG_ Range m1 : 8|16@1+ (1,0) [0|100] "km"  GW
         SG_ Ratio m2 : 8|32@1- (1,0) [0|0] ""  GW

        BO_ 2566834709 Extended: 8 ECU
         SG_ Speed : 8|16@1+ (0.00390625,0) [0|250.996] "km/h" Vector__XXX
        BO_ 2 Other: 8 ECU
         SG_ Speed : 0|8@1+ (1,0) [0|255] "km/h" Vector__XXX

        CM_ SG_ 257 Range "it may have
        two lines; and a \\"quote\\"";
        CM_ "of the whole";
        BA_DEF_ BO_ "GenMsgCycleTime" INT 0 65535;
        BA_ "GenMsgCycleTime" BO_ 256 100;
        VAL_ 256 Key 0 "LOCK" 3 "run" 5 "START" ;
        VAL_ Variable 0 "nothing";
        SIG_VALTYPE_ 257 Ratio : 1;
        SG_MUL_VAL_ 257 Ratio Sub 2-2, 3-3;
        """

    /// Lines of a gzip file, by the system's own tool.
    static func lines(of file: URL) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

"""CSV files for `turnpike import`: the fleet that the publishers speak for, and the vehicles whose
service comes due while the latency is measured."""

import os

SINCE = "2020-01-01T00:00:00Z"
MANUFACTURER = "bench-motors"
DEALER = "bench-garage"
# In this order each kind finds what it refers to.
ORDER = (
    "persons", "vehicles", "names", "dealers", "agreements", "holdings", "choices",
    "permissions", "gates", "endpoints",
)
HEADERS = {
    "persons": "person,name,language",
    "vehicles": "vehicle,brand,model,powertrain,time_zone,service_interval_km,"
    "service_interval_days",
    "names": "vehicle,source,external_id",
    "dealers": "dealer,name,brands,time_zone,kind",
    "agreements": "manufacturer,dealer,version,purposes,data_classes,valid_from,status",
    "holdings": "vehicle,person,role,from",
    "choices": "vehicle,person,dealer,chosen_at",
    "permissions": "person,controller,purpose,state,at",
    "gates": "vehicle,gate,at",
    "endpoints": "dealer,url,kind",
}


def vehicle_rows(prefix, count):
    """Vehicles, their names under the source `native`, and the gate `all`."""
    names = [f"{prefix}{number:06d}" for number in range(count)]
    return {
        "vehicles": [f"v-{n},Bench,One,BEV,Europe/Amsterdam,30000,730" for n in names],
        "names": [f"v-{n},native,{n}" for n in names],
        "gates": [f"v-{n},all,{SINCE}" for n in names],
    }


def due_rows(prefix, count):
    """What makes a lead of a due service: holder, choice, permission. Also one dealer."""
    names = [f"{prefix}{number:06d}" for number in range(count)]
    rows = vehicle_rows(prefix, count)
    rows["persons"] = [f"h-{n},Holder {n},en" for n in names]
    rows["holdings"] = [f"v-{n},h-{n},owner,{SINCE}" for n in names]
    rows["choices"] = [f"v-{n},h-{n},{DEALER},{SINCE}" for n in names]
    rows["permissions"] = [f"h-{n},{MANUFACTURER},P3,Given,{SINCE}" for n in names]
    rows["dealers"] = [f"{DEALER},Bench Garage,Bench,Europe/Amsterdam,franchised"]
    rows["agreements"] = [
        f"{MANUFACTURER},{DEALER},1,P2 P3 P8,D1 D2 D3 D6 D10 D11,{SINCE},active"
    ]
    return rows


def write_files(folder, vehicles, due, webhook):
    """Writes every file; the kinds and paths in the order of import."""
    fleet, probes = vehicle_rows("", vehicles), due_rows("d", due)
    probes["endpoints"] = [f"{DEALER},{webhook},webhook"]
    files = []
    for kind in ORDER:
        path = os.path.join(folder, kind + ".csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(HEADERS[kind] + "\n")
            for row in fleet.get(kind, []) + probes.get(kind, []):
                file.write(row + "\n")
        files.append((kind, path))
    return files

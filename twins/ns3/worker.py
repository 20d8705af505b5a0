# SPDX-License-Identifier: GPL-2.0-only
"""The ns-3 worker: a packet-level LTE/EPC network, driven by JSON lines on stdin and answering on stdout.

This file and lte.cpp use ns-3, which is GPL-2.0-only, and are therefore licensed likewise. They run in a separate process:
nothing in TwinPilot imports them, and they import nothing from TwinPilot.

1. A request is a line `{"id": n, "method": name, "params": {...}}`; its answer is `{"id": n, "result": {...}}` or
   `{"id": n, "error": {"type", "message"}}`. Methods: `hello`, `build`, `set`, `run`.
2. `build` creates a network from a layout and discards the previous one; `set` changes it without advancing time; `run` simulates
   for some seconds and returns the measurements. The same seed and requests give the same answers.
3. ns-3 terminates the process on a fatal error. The client must validate its requests and restart the worker.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

MODULES = ("core", "network", "internet", "mobility", "point-to-point", "applications", "flow-monitor", "spectrum", "lte")
SLICES = ("eMBB", "URLLC", "mMTC")
QCI = {"eMBB": 9, "URLLC": 3, "mMTC": 8}
PORT_BASE = {"eMBB": 2000, "URLLC": 3000, "mMTC": 4000}
EARFCN = 100


def load() -> Any:
    """Return cppyy's global namespace with the required modules, in a third of the time and memory of `from ns import ns`."""
    # Imported by name, because type checkers cannot resolve these modules.
    cppyy: Any = importlib.import_module("cppyy")
    libcppyy: Any = importlib.import_module("libcppyy")
    spec = importlib.util.find_spec("ns3")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package ns3 is not installed")
    folder = spec.submodule_search_locations[0]
    libcppyy.AddSmartPtrType("Ptr")
    cppyy.add_library_path(folder + "/lib64")
    cppyy.add_include_path(folder + "/include")
    cppyy.cppdef("#define NS3_LOG_ENABLE 1\n#define NS3_ASSERT_ENABLE 1")
    for module in MODULES:
        cppyy.include(f"ns3/{module}-module.h")
    for module in MODULES:
        library = next(Path(folder, "lib64").glob(f"libns3.*-{module}.so"))
        cppyy.load_library(library.name)
    cppyy.cppdef(Path(__file__).with_name("lte.cpp").read_text(encoding="utf-8"))
    return cppyy.gbl


class Network:
    """An ns-3 network built from a layout."""

    def __init__(self, gbl: Any, layout: dict[str, Any]) -> None:
        self.ns, self.tp, self._std = gbl.ns3, gbl.tp, gbl.std
        self.layout = layout
        self._reset(layout)
        self._nodes(layout)
        self._core(layout)
        self._flows(layout)
        self._monitor()

    def _reset(self, layout: dict[str, Any]) -> None:
        ns, tp = self.ns, self.tp
        ns.Simulator.Destroy()
        tp.Clear()
        tp.Register()
        ns.RngSeedManager.SetSeed(1)
        ns.RngSeedManager.SetRun(int(layout["seed"]))
        ns.RngSeedManager.ResetNextStreamIndex()
        default = ns.Config.SetDefault
        default("ns3::LteEnbNetDevice::DlBandwidth", ns.UintegerValue(layout["downlink_rbs"]))
        default("ns3::LteEnbNetDevice::UlBandwidth", ns.UintegerValue(layout["uplink_rbs"]))
        default("ns3::LteEnbRrc::SrsPeriodicity", ns.UintegerValue(80))
        default("ns3::LteUePhy::TxPower", ns.DoubleValue(23.0))
        default("ns3::LteRlcUm::MaxTxBufferSize", ns.UintegerValue(layout["buffer_bytes"]))

    def _nodes(self, layout: dict[str, Any]) -> None:
        ns, tp = self.ns, self.tp
        self.helper = ns.CreateObject[ns.LteHelper]()
        self.epc = ns.CreateObject[ns.PointToPointEpcHelper]()
        self.helper.SetEpcHelper(self.epc)
        self.helper.SetSchedulerType(layout["scheduler"])
        self.helper.SetFfrAlgorithmType("tp::SliceFr")
        self.helper.SetHandoverAlgorithmType("tp::OffsetHandover")
        self.helper.SetPathlossModelType(ns.TypeId.LookupByName("tp::FieldLoss"))
        self.enbs, self.ues, self.hosts, self.interferers = (ns.NodeContainer() for _ in range(4))
        self.enbs.Create(len(layout["cells"]))
        self.ues.Create(len(layout["ues"]))
        self.hosts.Create(len(layout["hosts"]))
        self.interferers.Create(1)
        self._place(self.enbs, layout["cells"], "ns3::ConstantPositionMobilityModel")
        self._place(self.ues, layout["ues"], "ns3::ConstantVelocityMobilityModel")
        self._place(self.interferers, [layout["interferer"]], "ns3::ConstantPositionMobilityModel")
        self.enb_devices = self.helper.InstallEnbDevice(self.enbs)
        self.ue_devices = self.helper.InstallUeDevice(self.ues)
        tp.NameCells(self.enb_devices)
        for index, user in enumerate(layout["ues"]):  # before the UE synchronizes: it has no noise spectrum to replace yet
            self.ue_devices.Get(index).GetPhy().SetNoiseFigure(user["noise_figure_db"])
        for index, cell in enumerate(layout["cells"]):
            tp.SetPower(self.enb_devices.Get(index), cell["power_dbm"])
        self.interferer = tp.Interferer(self.helper, self.interferers.Get(0), EARFCN, layout["downlink_rbs"])

    def _place(self, nodes: Any, items: list[dict[str, Any]], model: str) -> None:
        ns = self.ns
        positions = ns.CreateObject[ns.ListPositionAllocator]()
        for item in items:
            positions.Add(ns.Vector(*item["position"]))
        mobility = ns.MobilityHelper()
        mobility.SetPositionAllocator(positions)
        mobility.SetMobilityModel(model)
        mobility.Install(nodes)

    def _core(self, layout: dict[str, Any]) -> None:
        ns = self.ns
        stack, routing = ns.InternetStackHelper(), ns.Ipv4StaticRoutingHelper()
        stack.Install(self.hosts)
        stack.Install(self.ues)
        gateway, self.links = self.epc.GetPgwNode(), []
        for index, host in enumerate(layout["hosts"]):
            link = ns.PointToPointHelper()
            link.SetDeviceAttribute("DataRate", ns.StringValue("1Gbps"))
            link.SetChannelAttribute("Delay", ns.TimeValue(ns.Seconds(host["delay_ms"] / 1e3)))
            devices = link.Install(gateway, self.hosts.Get(index))
            addresses = ns.Ipv4AddressHelper()
            addresses.SetBase(ns.Ipv4Address(f"1.{index}.0.0"), ns.Ipv4Mask("255.255.0.0"))
            addresses.Assign(devices)
            self.links.append(devices)
            table = routing.GetStaticRouting(self.hosts.Get(index).GetObject[ns.Ipv4]())
            table.AddNetworkRouteTo(ns.Ipv4Address("7.0.0.0"), ns.Ipv4Mask("255.0.0.0"), 1)
        self.addresses = self.epc.AssignUeIpv4Address(self.ue_devices)
        for index in range(len(layout["ues"])):
            table = routing.GetStaticRouting(self.ues.Get(index).GetObject[ns.Ipv4]())
            table.SetDefaultRoute(self.epc.GetUeDefaultGatewayAddress(), 1)
            self.helper.Attach(self.ue_devices.Get(index), self.enb_devices.Get(layout["ues"][index]["cell"]))
        self.helper.AddX2Interface(self.enbs)

    def _flows(self, layout: dict[str, Any]) -> None:
        """Create a source per flow and host, of which one sends, and a bearer and a sink per flow and slice."""
        ns, tp = self.ns, self.tp
        self.sources: dict[tuple[str, int], Any] = {}
        self.flows = {flow["name"]: dict(flow) for flow in layout["flows"]}
        self._references: list[Any] = []  # protects the sinks from garbage collection
        for number, flow in enumerate(layout["flows"]):
            for name in flow["slices"]:
                port = PORT_BASE[name] + number
                sink = ns.PacketSinkHelper(
                    "ns3::UdpSocketFactory", ns.InetSocketAddress(ns.Ipv4Address.GetAny(), port).ConvertTo()
                )
                sinks = sink.Install(self.ues.Get(flow["ue"]))
                sinks.Start(ns.Seconds(0.01))
                self._references.append(sinks)
                gbr = int(1e6 * flow["guaranteed_mbps"]) if name == "URLLC" else 0
                tp.Bearer(self.helper, self.ue_devices.Get(flow["ue"]), QCI[name], port, gbr)
            for host in flow["hosts"]:
                source = ns.CreateObject[tp.Source]()
                self.hosts.Get(host).AddApplication(source)
                source.SetStartTime(ns.Seconds(0.3 + 0.0017 * number))
                self.sources[flow["name"], host] = source
            self._send(flow["name"])
        slices = [SLICES.index(flow_slice) for flow_slice in self._ue_slices()]
        self.ue_slices = self._std.vector[int](slices)
        tp.Refresh(self.ue_devices, self.ue_slices)
        for index, cell in enumerate(layout["cells"]):
            self._cell(index, cell)
        for index, user in enumerate(layout["ues"]):
            self._move(index, user)
        tp.Hook(self.enb_devices, self.ue_devices)

    def _ue_slices(self) -> list[str]:
        """Return the slice of each user, that of its first flow."""
        slices = ["eMBB"] * len(self.layout["ues"])
        for flow in reversed(list(self.flows.values())):
            slices[flow["ue"]] = flow["slice"]
        return slices

    def _send(self, name: str) -> None:
        """Start the flow's source at its current host with its rate, and stop its other sources."""
        flow = self.flows[name]
        number = list(self.flows).index(name)
        port = PORT_BASE[flow["slice"]] + number
        address = self.addresses.GetAddress(flow["ue"])
        for place, host in enumerate(flow["hosts"]):
            rate = flow["mbps"] if host == flow["host"] else 0.0
            stream = 1000 + 10 * number + place
            self.sources[name, host].Set(address, port, rate, flow["packet_bytes"], flow["bursty"], stream)

    def _cell(self, index: int, cell: dict[str, Any]) -> None:
        tp, device = self.tp, self.enb_devices.Get(index)
        number = int(device.GetCellId())
        tp.SetPower(device, cell["power_dbm"])
        tp.SetOffset(number, cell["a3_offset_db"])
        tp.SetBarred(number, cell["barred"])
        tp.Point(self.enbs.Get(index), cell["beam"] is not None, *(cell["beam"] or (0.0, 0.0)))
        low = 0.0
        for place, name in enumerate(SLICES):
            tp.SetRange(number, place, low, low + cell["shares"][name])
            low += cell["shares"][name]

    def _monitor(self) -> None:
        ns = self.ns
        self._helper = ns.FlowMonitorHelper()
        self._flow_monitor = self._helper.Install(ns.NodeContainer(self.hosts, self.ues))
        self._flow_monitor.SetAttribute("MaxPerHopDelay", ns.TimeValue(ns.MilliSeconds(500)))
        self._before: dict[tuple[int, int], list[float]] = {}

    # ---- requests ------------------------------------------------------------------------------------------------------

    def set(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change cells, flows, hosts, users, serving cells and the interferer, by index or name, with the changed fields."""
        tp = self.tp
        for index, cell in changes.get("cells", {}).items():
            self.layout["cells"][int(index)].update(cell)
            self._cell(int(index), self.layout["cells"][int(index)])
        for name, flow in changes.get("flows", {}).items():
            self.flows[name].update(flow)
            self._send(name)
        for place, name in enumerate(self._ue_slices()):
            self.ue_slices[place] = SLICES.index(name)
        for index, delay in changes.get("hosts", {}).items():
            tp.SetDelay(self.links[int(index)].Get(0), delay)
        for index, user in changes.get("ues", {}).items():
            self._user(int(index), user)
        for index, target in changes.get("handover", {}).items():
            self._hand_over(int(index), int(target))
        if "interferer_dbm" in changes:
            tp.Interfere(self.interferer, EARFCN, self.layout["downlink_rbs"], changes["interferer_dbm"])
        return {}

    def _move(self, index: int, user: dict[str, Any]) -> None:
        self.tp.Move(self.ues.Get(index), *user["position"], *user["velocity"])

    def _user(self, index: int, user: dict[str, Any]) -> None:
        self._move(index, user)
        current = self.layout["ues"][index]
        if user["noise_figure_db"] != current["noise_figure_db"]:
            self.tp.SetNoiseFigure(self.ue_devices.Get(index), EARFCN, self.layout["downlink_rbs"], user["noise_figure_db"])
        current.update(user)

    def _hand_over(self, ue: int, target: int) -> None:
        row = self.tp.UeRow(self.ue_devices.Get(ue))
        source = int(row[0]) - 1
        if source != target and 0 <= source < len(self.layout["cells"]):
            request = self.helper.HandoverRequest
            request(self.ns.Seconds(0.0), self.ue_devices.Get(ue), self.enb_devices.Get(source), self.enb_devices.Get(target))

    def run(self, seconds: float) -> dict[str, Any]:
        """Simulate `seconds` and return the measurements."""
        ns, tp = self.ns, self.tp
        tp.ClearWindow()
        ns.Simulator.Stop(ns.Seconds(seconds))
        ns.Simulator.Run()
        cells = [
            {"rb_ttis": float(tp.Rbs(int(self.enb_devices.Get(index).GetCellId())))} for index in range(len(self.layout["cells"]))
        ]
        return {
            "now_s": round(ns.Simulator.Now().GetSeconds(), 6),
            "flows": self._flow_rows(),
            "ues": [self._ue_row(index) for index in range(len(self.layout["ues"]))],
            "cells": cells,
            "handovers": int(tp.Handovers()),
        }

    def _flow_rows(self) -> dict[str, Any]:
        """Return the sums of the window by flow: packets sent, received and lost, bytes, delay and jitter."""
        flat, names = list(self.tp.Flows(self._flow_monitor, self._helper)), list(self.flows)
        sums = {name: [0.0] * 7 for name in names}
        for start in range(0, len(flat), 8):
            port, now = int(flat[start]), flat[start + 1 : start + 8]
            number = port % 1000
            if not 2000 <= port < 5000 or number >= len(names):
                continue
            before = self._before.get((port, start), [0.0] * 7)
            self._before[port, start] = now
            sums[names[number]] = [total + new - old for total, new, old in zip(sums[names[number]], now, before, strict=True)]
        fields = ("sent", "sent_bytes", "received", "received_bytes", "lost", "delay_s", "jitter_s")
        return {name: {field: round(value, 9) for field, value in zip(fields, row, strict=True)} for name, row in sums.items()}

    def _ue_row(self, index: int) -> dict[str, Any]:
        row = list(self.tp.UeRow(self.ue_devices.Get(index)))
        position = self.ues.Get(index).GetObject[self.ns.MobilityModel]().GetPosition()
        return {
            "cell": int(row[0]) - 1,
            "connected": int(row[1]) >= CONNECTED_NORMALLY,
            "rsrp_dbm": round(row[2], 3),
            "sinr_db": round(row[3], 3),
            "cqi": [int(count) for count in row[4:]],
            "position": [round(value, 3) for value in (position.x, position.y, position.z)],
        }


CONNECTED_NORMALLY = 9  # LteUeRrc::State; higher states: handover, PHY problem, re-establishment


class Worker:
    """Executes requests sequentially."""

    def __init__(self) -> None:
        self._gbl: Any = None
        self._network: Network | None = None

    def answer(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Return the result of a request; raises ValueError for an invalid request, and any error of ns-3."""
        if method == "hello":
            self._gbl = self._gbl or load()
            from importlib.metadata import version

            return {"simulator": "ns-3", "version": version("ns3"), "pid": os.getpid()}
        if method == "build":
            self._gbl = self._gbl or load()
            self._network = Network(self._gbl, params)
            return {}
        if self._network is None:
            raise ValueError(f"method={method!r} needs a network: send build first")
        if method == "set":
            return self._network.set(params)
        if method == "run":
            return self._network.run(float(params["seconds"]))
        raise ValueError(f"method={method!r} is not one of hello, build, set, run")


def main() -> int:
    """Serve until stdin ends."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # ns-3's output goes to stderr instead of between the answers
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"id": request["id"], "result": worker.answer(request["method"], request.get("params", {}))}
        except Exception as error:  # reported to the client, which decides how to proceed
            answer = {"id": request["id"], "error": {"type": type(error).__name__, "message": str(error)}}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(4)


if __name__ == "__main__":
    sys.exit(main())

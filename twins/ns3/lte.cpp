// SPDX-License-Identifier: GPL-2.0-only
// The worker's extensions of ns-3: path loss, slices, handover, sources, meters. Compiled by worker.py in its own process.
#include "ns3/applications-module.h"
#include "ns3/flow-monitor-module.h"
#include "ns3/internet-module.h"
#include "ns3/lte-module.h"
#include "ns3/mobility-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/spectrum-module.h"

namespace tp {
using namespace ns3;

// ---- beams of cells: azimuth counter-clockwise from the x axis and tilt below the horizon, degrees; a cell without a beam is omnidirectional ----
struct Beam { double azimuth, tilt; };
inline std::map<const MobilityModel*, Beam>& Beams() { static std::map<const MobilityModel*, Beam> one; return one; }
inline double BeamGain(const MobilityModel* site, Vector from, Vector to) {  // TR 38.901 table 7.3-1, one element
  auto found = Beams().find(site);
  if (found == Beams().end()) return 0.0;
  double across = std::hypot(to.x - from.x, to.y - from.y), degree = 180.0 / M_PI;
  double elevation = std::atan2(to.z - from.z, across) * degree + found->second.tilt;
  double azimuth = std::remainder(std::atan2(to.y - from.y, to.x - from.x) * degree - found->second.azimuth, 360.0);
  double vertical = std::min(12.0 * std::pow(elevation / 65.0, 2), 30.0), horizontal = std::min(12.0 * std::pow(azimuth / 65.0, 2), 30.0);
  return 8.0 - std::min(vertical + horizontal, 30.0);
}

// ---- path loss: TR 38.901 UMa NLOS near the ground, TR 36.777 UMa-AV LOS above 22.5 m; no fading ----
class FieldLoss : public PropagationLossModel {
 public:
  static TypeId GetTypeId() {
    static TypeId tid = TypeId("tp::FieldLoss").SetParent<PropagationLossModel>().AddConstructor<FieldLoss>()
      .AddAttribute("Frequency", "Hz, set by the LTE helper", DoubleValue(2.12e9), MakeDoubleAccessor(&FieldLoss::m_frequency), MakeDoubleChecker<double>());
    return tid;
  }
  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
 private:
  double DoCalcRxPower(double power, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const override {
    Vector p = a->GetPosition(), q = b->GetPosition();
    double distance = std::max(10.0, CalculateDistance(p, q)), height = std::min(p.z, q.z), ghz = m_frequency / 1e9;
    double loss = height > 22.5 ? 28.0 + 22.0 * std::log10(distance) + 20.0 * std::log10(ghz)
                                : 13.54 + 39.08 * std::log10(distance) + 20.0 * std::log10(ghz) - 0.6 * (height - 1.5);
    return power - loss + BeamGain(PeekPointer(a), p, q) + BeamGain(PeekPointer(b), q, p);
  }
  int64_t DoAssignStreams(int64_t) override { return 0; }
  double m_frequency;
};

// ---- settings that may change between runs: shares of resource block groups, handover offsets, barred cells ----
struct Settings {
  std::map<std::pair<uint16_t, uint16_t>, int> slice_of;           // (cell, rnti) -> slice
  std::map<std::pair<uint16_t, int>, std::pair<double, double>> range;  // (cell, slice) -> [low, high) of the groups
  std::map<uint16_t, double> offset_db;                            // of the serving cell
  std::set<uint16_t> barred;
};
inline Settings& Now() { static Settings one; return one; }

class SliceFr : public LteFrNoOpAlgorithm {
 public:
  static TypeId GetTypeId() { static TypeId tid = TypeId("tp::SliceFr").SetParent<LteFrNoOpAlgorithm>().AddConstructor<SliceFr>(); return tid; }
  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
 protected:
  bool DoIsDlRbgAvailableForUe(int group, uint16_t rnti) override {
    auto slice = Now().slice_of.find({m_cellId, rnti});
    if (slice == Now().slice_of.end()) return true;  // signalling before the first refresh, or a handover in progress
    auto range = Now().range.find({m_cellId, slice->second});
    if (range == Now().range.end()) return true;
    int groups = m_dlBandwidth / GetRbgSize(m_dlBandwidth);
    return group >= std::floor(range->second.first * groups + 1e-9) && group < std::floor(range->second.second * groups + 1e-9);
  }
};

// ---- handover: neighbour better than the serving cell by its offset in two reports, 240 ms apart (TS 36.331 event A3) ----
class OffsetHandover : public LteHandoverAlgorithm {
 public:
  static TypeId GetTypeId() { static TypeId tid = TypeId("tp::OffsetHandover").SetParent<LteHandoverAlgorithm>().AddConstructor<OffsetHandover>(); return tid; }
  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  OffsetHandover() { m_provider = new MemberLteHandoverManagementSapProvider<OffsetHandover>(this); All().push_back(this); }
  ~OffsetHandover() override { delete m_provider; }
  void SetLteHandoverManagementSapUser(LteHandoverManagementSapUser* s) override { m_user = s; }
  LteHandoverManagementSapProvider* GetLteHandoverManagementSapProvider() override { return m_provider; }
  friend class MemberLteHandoverManagementSapProvider<OffsetHandover>;
  static std::vector<OffsetHandover*>& All() { static std::vector<OffsetHandover*> all; return all; }
  uint16_t cell = 0;
 protected:
  void DoInitialize() override {
    LteRrcSap::ReportConfigEutra report;
    report.eventId = LteRrcSap::ReportConfigEutra::EVENT_A3;
    report.a3Offset = -30;
    report.hysteresis = 0;
    report.timeToTrigger = 0;
    report.reportOnLeave = false;
    report.triggerQuantity = LteRrcSap::ReportConfigEutra::RSRP;
    report.reportInterval = LteRrcSap::ReportConfigEutra::MS240;
    m_ids = m_user->AddUeMeasReportConfigForHandover(report);
    LteHandoverAlgorithm::DoInitialize();
  }
  void DoReportUeMeas(uint16_t rnti, LteRrcSap::MeasResults results) override {
    if (std::find(m_ids.begin(), m_ids.end(), results.measId) == m_ids.end() || !results.haveMeasResultNeighCells) return;
    auto found = Now().offset_db.find(cell);
    double offset = found == Now().offset_db.end() ? 3.0 : found->second;
    bool leave = Now().barred.count(cell) > 0;
    uint16_t best = 0; int best_rsrp = -1;
    for (auto& one : results.measResultListEutra)
      if (one.haveRsrpResult && one.rsrpResult > best_rsrp && !Now().barred.count(one.physCellId)) { best = one.physCellId; best_rsrp = one.rsrpResult; }
    bool better = best && (leave || best_rsrp > results.measResultPCell.rsrpResult + offset);
    auto& seen = m_seen[rnti];
    if (!better) { seen = {0, 0}; return; }
    seen = seen.first == best ? std::make_pair(best, seen.second + 1) : std::make_pair(best, 1);
    if (seen.second >= 2) { m_seen.erase(rnti); m_user->TriggerHandover(rnti, best); }
  }
 private:
  std::vector<uint8_t> m_ids;
  std::map<uint16_t, std::pair<uint16_t, int>> m_seen;
  LteHandoverManagementSapUser* m_user = nullptr;
  LteHandoverManagementSapProvider* m_provider;
};

// ---- a flow's source: packets of fixed size at a rate to a destination; exponential gaps for bursty traffic ----
class Source : public Application {
 public:
  static TypeId GetTypeId() { static TypeId tid = TypeId("tp::Source").SetParent<Application>().AddConstructor<Source>(); return tid; }
  TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  void Set(Ipv4Address to, uint16_t port, double mbps, uint32_t size, bool bursty, int64_t stream) {
    m_to = to; m_port = port; m_rate = mbps; m_size = size; m_bursty = bursty;
    if (!m_gap) { m_gap = CreateObject<ExponentialRandomVariable>(); m_gap->SetStream(stream); }
    if (m_socket && !m_event.IsPending()) Next();
  }
  void SetRate(double mbps) { m_rate = mbps; if (m_socket && !m_event.IsPending()) Next(); }
  void SetPort(uint16_t port) { m_port = port; }
 private:
  void StartApplication() override { m_socket = Socket::CreateSocket(GetNode(), UdpSocketFactory::GetTypeId()); m_socket->Bind(); Next(); }
  void StopApplication() override { m_event.Cancel(); }
  void Next() {
    if (m_rate <= 0.0) return;
    double gap = m_size * 8e-6 / m_rate;
    m_event = Simulator::Schedule(Seconds(m_bursty ? m_gap->GetValue(gap, 20.0 * gap) : gap), &Source::Send, this);
  }
  void Send() { m_socket->SendTo(Create<Packet>(m_size - 28), 0, InetSocketAddress(m_to, m_port)); Next(); }
  Ptr<Socket> m_socket; Ptr<ExponentialRandomVariable> m_gap; EventId m_event;
  Ipv4Address m_to; uint16_t m_port = 0; double m_rate = 0.0; uint32_t m_size = 100; bool m_bursty = false;
};

// ---- measurements ----
struct Radio { uint16_t cell = 0; double rsrp_w = 0, sinr_sum = 0; int reports = 0; std::map<int, int> cqi; };
struct Meters { std::map<uint64_t, Radio> radio; std::map<uint16_t, double> rbs; int handovers = 0, failures = 0; };
inline Meters& M() { static Meters one; return one; }
inline Ptr<LteAmc> Amc() { static Ptr<LteAmc> one = CreateObject<LteAmc>(); return one; }

inline void OnSinr(uint64_t imsi, uint16_t cell, uint16_t, double rsrp, double sinr, uint8_t) {
  auto& one = M().radio[imsi]; one.cell = cell; one.rsrp_w = rsrp; one.sinr_sum += 10 * std::log10(std::max(sinr, 1e-9)); one.reports++;
  double efficiency = std::log2(1.0 + sinr / (-std::log(5.0 * 0.00005) / 1.5));
  one.cqi[Amc()->GetCqiFromSpectralEfficiency(efficiency)]++;
}
inline void OnScheduled(uint16_t cell, DlSchedulingCallbackInfo info) {
  for (auto [mcs, size] : {std::make_pair(info.mcsTb1, info.sizeTb1), std::make_pair(info.mcsTb2, info.sizeTb2)}) {
    if (!size) continue;
    int rbs = 1; while (rbs < 100 && Amc()->GetDlTbSizeFromMcs(mcs, rbs) / 8 < size) rbs++;
    M().rbs[cell] += rbs;
  }
}
inline void OnHandover(std::string, uint64_t, uint16_t, uint16_t) { M().handovers++; }
inline void Hook(NetDeviceContainer enbs, NetDeviceContainer ues) {
  for (uint32_t i = 0; i < ues.GetN(); i++) {
    auto dev = DynamicCast<LteUeNetDevice>(ues.Get(i));
    dev->GetPhy()->TraceConnectWithoutContext("ReportCurrentCellRsrpSinr", MakeBoundCallback(&OnSinr, dev->GetImsi()));
  }
  for (uint32_t i = 0; i < enbs.GetN(); i++) {
    auto dev = DynamicCast<LteEnbNetDevice>(enbs.Get(i));
    dev->GetMac()->TraceConnectWithoutContext("DlScheduling", MakeBoundCallback(&OnScheduled, dev->GetCellId()));
  }
  Config::Connect("/NodeList/*/DeviceList/*/LteEnbRrc/HandoverEndOk", MakeCallback(&OnHandover));
}
inline void Clear() { M() = Meters(); Now() = Settings(); Beams().clear(); OffsetHandover::All().clear(); }
inline void ClearWindow() { for (auto& [imsi, one] : M().radio) { one.sinr_sum = 0; one.reports = 0; one.cqi.clear(); } M().rbs.clear(); M().handovers = 0; }
inline void NameCells(NetDeviceContainer enbs) { for (uint32_t i = 0; i < enbs.GetN(); i++) OffsetHandover::All()[i]->cell = DynamicCast<LteEnbNetDevice>(enbs.Get(i))->GetCellId(); }
inline void Refresh(NetDeviceContainer ues, std::vector<int>* slices) {
  Now().slice_of.clear();
  for (uint32_t i = 0; i < ues.GetN(); i++) {
    auto rrc = DynamicCast<LteUeNetDevice>(ues.Get(i))->GetRrc();
    Now().slice_of[{rrc->GetCellId(), rrc->GetRnti()}] = (*slices)[i];
  }
  Simulator::Schedule(MilliSeconds(10), &Refresh, ues, slices);
}
inline void SetRange(int cell, int slice, double low, double high) { Now().range[{cell, slice}] = {low, high}; }
inline void SetOffset(int cell, double db) { Now().offset_db[cell] = db; }
inline void SetBarred(int cell, bool barred) { if (barred) Now().barred.insert(cell); else Now().barred.erase(cell); }
inline std::vector<double> Flows(Ptr<FlowMonitor> monitor, FlowMonitorHelper& helper) {
  std::vector<double> rows; monitor->CheckForLostPackets();
  auto classifier = DynamicCast<Ipv4FlowClassifier>(helper.GetClassifier());
  for (auto& [id, s] : monitor->GetFlowStats()) {
    auto t = classifier->FindFlow(id);
    for (double v : {double(t.destinationPort), double(s.txPackets), double(s.txBytes), double(s.rxPackets), double(s.rxBytes), double(s.lostPackets), s.delaySum.GetSeconds(), s.jitterSum.GetSeconds()}) rows.push_back(v);
  }
  return rows;
}
inline std::vector<double> UeRow(Ptr<NetDevice> ue) {
  auto dev = DynamicCast<LteUeNetDevice>(ue); auto& one = M().radio[dev->GetImsi()];
  std::vector<double> row = {double(dev->GetRrc()->GetCellId()), double(dev->GetRrc()->GetState()), one.rsrp_w > 0 ? 10 * std::log10(one.rsrp_w) + 30 : -200.0, one.reports ? one.sinr_sum / one.reports : -200.0};
  for (int c = 0; c < 16; c++) row.push_back(one.cqi.count(c) ? one.cqi[c] : 0);
  return row;
}
inline double Rbs(int cell) { return M().rbs.count(cell) ? M().rbs[cell] : 0.0; }
inline int Handovers() { return M().handovers; }
inline void SetPower(Ptr<NetDevice> enb, double dbm) { DynamicCast<LteEnbNetDevice>(enb)->GetPhy()->SetTxPower(dbm); }
inline void SetDelay(Ptr<NetDevice> dev, double ms) { dev->GetChannel()->SetAttribute("Delay", TimeValue(Seconds(ms / 1e3))); }
inline void Point(Ptr<Node> enb, bool beam, double azimuth, double tilt) {
  const MobilityModel* site = PeekPointer(enb->GetObject<MobilityModel>());
  if (beam) Beams()[site] = {azimuth, tilt}; else Beams().erase(site);
}
inline void SetNoiseFigure(Ptr<NetDevice> ue, uint32_t earfcn, uint16_t bandwidth, double db) {
  auto phy = DynamicCast<LteUeNetDevice>(ue)->GetPhy();
  phy->SetNoiseFigure(db);  // applied when it synchronizes with the next cell
  // During cell search the UE receives on another band; it applies the noise figure once it has found a cell.
  auto model = phy->GetDlSpectrumPhy()->GetRxSpectrumModel();
  if (!model || model->GetNumBands() != bandwidth) return;
  phy->GetDlSpectrumPhy()->SetNoisePowerSpectralDensity(LteSpectrumValueHelper::CreateNoisePowerSpectralDensity(earfcn, bandwidth, db));
}
inline void Move(Ptr<Node> node, double x, double y, double z, double vx, double vy, double vz) {
  auto m = node->GetObject<ConstantVelocityMobilityModel>(); m->SetPosition(Vector(x, y, z)); m->SetVelocity(Vector(vx, vy, vz));
}
inline void Bearer(Ptr<LteHelper> helper, Ptr<NetDevice> ue, int qci, uint16_t port, uint64_t gbr) {
  GbrQosInformation qos; qos.gbrDl = gbr; qos.gbrUl = gbr; qos.mbrDl = gbr; qos.mbrUl = gbr;
  Ptr<EpcTft> tft = Create<EpcTft>(); EpcTft::PacketFilter filter; filter.localPortStart = port; filter.localPortEnd = port; tft->Add(filter);
  helper->ActivateDedicatedEpsBearer(ue, EpsBearer((EpsBearer::Qci)qci, qos), tft);
}
// ---- an interferer: a transmitter over the whole carrier that serves no user ----
inline Ptr<WaveformGenerator> Interferer(Ptr<LteHelper> helper, Ptr<Node> node, uint32_t earfcn, uint16_t bandwidth) {
  WaveformGeneratorHelper made; made.SetChannel(helper->GetDownlinkSpectrumChannel());
  std::vector<int> all; for (int i = 0; i < bandwidth; i++) all.push_back(i);
  made.SetTxPowerSpectralDensity(LteSpectrumValueHelper::CreateTxPowerSpectralDensity(earfcn, bandwidth, 30.0, all));
  made.SetPhyAttribute("Period", TimeValue(MilliSeconds(10))); made.SetPhyAttribute("DutyCycle", DoubleValue(1.0));
  auto devices = made.Install(NodeContainer(node));
  return devices.Get(0)->GetObject<NonCommunicatingNetDevice>()->GetPhy()->GetObject<WaveformGenerator>();
}
inline void Interfere(Ptr<WaveformGenerator> one, uint32_t earfcn, uint16_t bandwidth, double dbm) {
  one->Stop(); if (dbm <= -100.0) return;
  std::vector<int> all; for (int i = 0; i < bandwidth; i++) all.push_back(i);
  one->SetTxPowerSpectralDensity(LteSpectrumValueHelper::CreateTxPowerSpectralDensity(earfcn, bandwidth, dbm, all)); one->Start();
}
inline void Register() { FieldLoss::GetTypeId(); SliceFr::GetTypeId(); OffsetHandover::GetTypeId(); Source::GetTypeId(); }
}  // namespace tp

// The quick model of docs/design.md: cycles of one training step on the machine of traces, by stepping its columns.
// Written to choose among designs, not to be kept: the cycle model in src/hardware/ is what counts.
//
//   g++ -O3 -march=native -o quick-model quick-model.cpp
//   ./quick-model LAYERS.bin [NAME=VALUE ...]     (names: `parameters` below; LAYERS.bin by export-layers.py)
//
// A PE has `macs` MACs and `traces` valid-data traces, each with an fmap chunk, sums and its own place in the column's list of k's.
// A MAC takes whole jobs (one k in one trace), of its PE or of the one beside it.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>
using namespace std;
typedef uint64_t u64;
typedef long long ll;
map<string, double> par = {
    {"columns", 16},  {"pes", 8},        {"macs", 2},       {"traces", 3},       {"lanes", 3},
    {"laneSlots", 6}, {"rowBits", 20},   {"rowWords", 12},  {"chunkBytes", 256}, {"chunks", 3},
    {"sums", 128},    {"lag", 8},        {"listWords", 64}, {"entries", 3},      {"minJob", 6},
    {"help", 1},      {"gap", 1},        {"busSums", 8},    {"gb", 128},         {"pePort", 8},
    {"listPort", 1},  {"dram", 128},     {"gbKB", 80},      {"reach", 1},        {"cand", 25},
    {"v", 0},         {"only", -1},      {"free", 0},       {"maxPos", 64},
    {"drainRest", 2}, {"rowRelease", 1}, {"maskPort", 2},   {"drainWidth", 2}};
static double P(const char* s) { return par.at(s); }
struct Layer {
  int K, C, N, P, Q, R, S, st, pad, H, W, G;
  vector<uint8_t> F, E, M;
};
struct Block {
  int r0, r1, s0, s1, ch, g, gp;
};  // taps of a pass; channels a trace; positions of a group, its power of two
struct Geo {
  Block b;
  vector<int> order;
  vector<int> grp, col;
  vector<int> at;
};  // positions in the order of tiles
struct Prep {
  int T, pos, cg;
  vector<u64> tb;
  vector<vector<int>> nz;
  vector<double> wF, nF;
  vector<u64> km;
  ll pairs = 0, grad = 0;
  int strip;
  vector<int> n_, y_, x_;
};
// strips of at most `g` columns, rows inside: a run of positions is a tile
static void prep(const Layer& L, Prep& p, int g) {
  p.T = L.R * L.S;
  p.pos = L.N * L.P * L.Q;
  p.cg = L.C / L.G;
  int strips = (L.Q + g - 1) / g;
  p.strip = (L.Q + strips - 1) / strips;
  for (int n = 0; n < L.N; n++)
    for (int s = 0; s < strips; s++)
      for (int y = 0; y < L.P; y++)
        for (int x = s * p.strip; x < min(L.Q, (s + 1) * p.strip); x++) {
          p.n_.push_back(n);
          p.y_.push_back(y);
          p.x_.push_back(x);
        }
  p.tb.assign((size_t)L.C * p.pos, 0);
  p.wF.assign(L.C, 0);
  vector<double> e(p.pos, 0);
  p.nz.resize(L.K);
  for (int q = 0; q < p.pos; q++)
    for (int k = 0; k < L.K; k++)
      if (L.E[(((size_t)p.n_[q] * L.K + k) * L.P + p.y_[q]) * L.Q + p.x_[q]]) {
        p.nz[k].push_back(q);
        e[q]++;
      }
  for (int c = 0; c < L.C; c++)
    for (int q = 0; q < p.pos; q++) {
      u64 b = 0;
      for (int r = 0; r < L.R; r++)
        for (int s = 0; s < L.S; s++) {
          int yy = p.y_[q] * L.st - L.pad + r, xx = p.x_[q] * L.st - L.pad + s;
          if (yy < 0 || xx < 0 || yy >= L.H || xx >= L.W) continue;
          if (L.F[(((size_t)p.n_[q] * L.C + c) * L.H + yy) * L.W + xx]) b |= 1ull << (r * L.S + s);
        }
      p.tb[(size_t)c * p.pos + q] = b;
      p.wF[c] += e[q] * __builtin_popcountll(b);
    }
  p.km.assign((size_t)L.K * p.cg, 0);
  for (size_t i = 0; i < p.km.size(); i++) {
    u64 m = 0;
    for (int t = 0; t < p.T; t++)
      if (L.M[i * p.T + t]) m |= 1ull << t;
    p.km[i] = m;
    p.grad += __builtin_popcountll(m);
  }
  for (int k = 0; k < L.K; k++)
    for (int c = 0; c < p.cg; c++) {
      int cc = L.G == 1 ? c : k / (L.K / L.G) * p.cg + c;
      u64 m = p.km[(size_t)k * p.cg + c];
      for (int q : p.nz[k]) p.pairs += __builtin_popcountll(p.tb[(size_t)cc * p.pos + q] & m);
    }
}
struct Map {
  int cs, ps, cpp, team, cp, chunks;
};
struct Stat {
  ll cyc = 0, compute = 0, rd = 0, wr = 0, dram = 0, pairs = 0, looks = 0, empt = 0, moved = 0, jobs = 0,
     rows = 0;
  int nEp = 0;
  double Eb = 0, Fb = 0, Fw = 0, Ew = 0, drain = 0, dramrd = 0;
  ll idle[6] = {0};
};
struct Job {
  int t = 0, pairs = 0, sums = 0;
};
struct Item {
  int e, k, ch, b, t;
  bool last;
};
// passes over the kernel: at most `lanes` rows by as many columns as a lane has slots
static vector<array<int, 4>> passes(const Layer& L, int cpp) {
  int lanes = P("lanes"), w = P("laneSlots");
  vector<array<int, 4>> r;
  int nc = (L.S + w - 1) / w, nr = (L.R + lanes - 1) / lanes;
  for (int i = 0; i < nr; i++)
    for (int j = 0; j < nc; j++)
      r.push_back({i * L.R / nr, (i + 1) * L.R / nr, j * L.S / nc, (j + 1) * L.S / nc});
  return r;
}
static bool simulate(const Layer& L, const Prep& p, Map mp, Stat& S, ll best) {
  const int NC = P("columns"), NPE = P("pes"), MG = P("macs"), BG = P("traces"), MC = NPE * MG, NB = NPE * BG,
            lag = P("lag"), ring = P("listWords"), epw = P("entries"), minb = P("minJob"), gap = P("gap"),
            lanes = P("lanes"), w = P("laneSlots"), drainRest = P("drainRest");
  const bool help = P("help"), fr = P("free");
  auto ps_ = passes(L, mp.cpp);
  int nb = ps_.size();
  int teams = NC / mp.team, sl = mp.team * mp.ps, cp = min(mp.cp, (p.pos + sl - 1) / sl),
      nch = (p.pos + sl * cp - 1) / (sl * cp);
  int maxR = 0, maxS = 0;
  for (auto& b : ps_) {
    maxR = max(maxR, b[1] - b[0]);
    maxS = max(maxS, b[3] - b[2]);
  }
  int groups = maxR == 1 ? lanes : 1;
  if (mp.cpp > groups * (w / maxS)) return false;
  int lanesUsed = maxR == 1 ? (mp.cpp + w / maxS - 1) / (w / maxS) : 1,
      chLane = (mp.cpp + lanesUsed - 1) / lanesUsed;
  if (p.strip > 1 && (((p.strip - 1) * L.st + maxS) * chLane > P("rowBits"))) return false;
  if (p.strip == 1 && maxS * chLane > P("rowBits")) return false;
  int perWord = 1;
  if (L.P * L.Q == 1 || (L.R == 1 && L.S == 1)) {
    perWord = min(8, (int)(P("rowBits") / chLane));
  }
  // channel blocks
  vector<vector<vector<int>>> blk;
  if (L.G == 1) {
    vector<int> ic(L.C);
    iota(ic.begin(), ic.end(), 0);
    stable_sort(ic.begin(), ic.end(), [&](int a, int b) { return p.wF[a] > p.wF[b]; });
    int per = mp.cs * mp.cpp, nB = (L.C + per - 1) / per;
    vector<double> cum(mp.cs, 0);
    for (int b = 0; b < nB; b++) {
      int lo = (ll)b * L.C / nB, hi = (ll)(b + 1) * L.C / nB;
      vector<vector<int>> s(mp.cs);
      vector<double> ld(mp.cs, 0);
      for (int i = lo; i < hi; i++) {
        int bs = -1;
        auto key = [&](int z) { return make_tuple((int)s[z].size(), ld[z] + cum[z]); };
        for (int r = 0; r < mp.cs; r++)
          if ((int)s[r].size() < mp.cpp && (bs < 0 || key(r) < key(bs))) bs = r;
        s[bs].push_back(ic[i]);
        ld[bs] += p.wF[ic[i]];
      }
      for (int r = 0; r < mp.cs; r++) cum[r] += ld[r];
      blk.push_back(s);
    }
  } else {
    if (p.cg != 1 || mp.cs != 1 || mp.cpp != 1) return false;
    blk.push_back({{-1}});
  }
  int nB = blk.size();
  vector<double> lk(L.K, 0);
  for (int k = 0; k < L.K; k++) {
    double z = 0, wn = 0;
    for (int c = 0; c < p.cg; c++) {
      int cc = L.G == 1 ? c : k / (L.K / L.G);
      int m = __builtin_popcountll(p.km[(size_t)k * p.cg + c]);
      double f = 0;
      (void)f;
      z += p.wF[cc] * m;
      wn += m;
    }
    lk[k] = max(z * p.nz[k].size(), 0.);
    lk[k] += 0 * wn;
  }
  {
    double tot = 0;
    for (double z : lk) tot += z;
    double f = tot > 0 ? p.pairs / tot / MC / mp.team : 0;
    for (int k = 0; k < L.K; k++) {
      double wn = 0;
      for (int c = 0; c < p.cg; c++) wn += __builtin_popcountll(p.km[(size_t)k * p.cg + c]);
      lk[k] = max(lk[k] * f, wn / min(P("busSums"), 4.0));
    }
  }
  vector<int> ik(L.K);
  iota(ik.begin(), ik.end(), 0);
  stable_sort(ik.begin(), ik.end(), [&](int a, int b) { return lk[a] > lk[b]; });
  vector<vector<int>> ks(teams);
  {
    vector<double> ld(teams, 0);
    for (int k : ik) {
      int j = 0;
      for (int a = 1; a < teams; a++)
        if (ld[a] < ld[j]) j = a;
      ks[j].push_back(k);
      ld[j] += lk[k];
    }
  }
  vector<u64> tm(nb);
  int tpb = 0;
  for (int t = 0; t < nb; t++) {
    u64 m = 0;
    auto& b = ps_[t];
    for (int r = b[0]; r < b[1]; r++)
      for (int s = b[2]; s < b[3]; s++) m |= 1ull << (r * L.S + s);
    tm[t] = m;
    tpb = max(tpb, (int)__builtin_popcountll(m));
  }
  // pixels and row words of each slice's chunk, of each pass
  vector<vector<int>> px((size_t)nb * nch * sl);
  vector<int> words((size_t)nb * nch * sl, 0);
  {
    vector<int> mark((size_t)L.N * L.H * L.W, -1);
    map<tuple<int, int, int>, int> wd;
    for (int t = 0; t < nb; t++)
      for (int id = 0; id < nch * sl; id++) {
        int a = min(p.pos, id * cp), b = min(p.pos, (id + 1) * cp), z = t * nch * sl + id;
        wd.clear();
        int nw = 0;
        for (int q = a; q < b; q++) {
          int strip = p.x_[q] / p.strip;
          for (int r = ps_[t][0]; r < ps_[t][1]; r++) {
            int y = p.y_[q] * L.st - L.pad + r;
            auto k = make_tuple(p.n_[q], strip, y);
            if (perWord == 1 && !wd.count(k)) {
              wd[k] = 1;
              nw++;
            }
            for (int s = ps_[t][2]; s < ps_[t][3]; s++) {
              int x = p.x_[q] * L.st - L.pad + s;
              if (y < 0 || x < 0 || y >= L.H || x >= L.W) continue;
              int g = (p.n_[q] * L.H + y) * L.W + x;
              if (mark[g] != z) {
                mark[g] = z;
                px[z].push_back(g);
              }
            }
          }
        }
        words[z] = perWord > 1 ? (b - a + perWord - 1) / perWord : nw;
        if (words[z] * lanesUsed > P("rowWords")) return false;
      }
  }
  const int Z = nch * sl;
  vector<vector<double>> ftot(nB * nb, vector<double>(nch, 0)),
      fmx = ftot, fpe = ftot, rowBytes(nB * nb, vector<double>((size_t)nch * NPE, 0)), rowPe = rowBytes;
  vector<int> chanNz;
  double cap = P("chunkBytes") * ((nch * nB * nb > 1) ? 1 : 2);
  if (L.G == 1) {
    for (int t = 0; t < nb; t++)
      for (int b = 0; b < nB; b++)
        for (int ch = 0; ch < nch; ch++)
          for (int mem = 0; mem < mp.team; mem++) {
            vector<double> pe(NPE, 0);
            for (int s = 0; s < mp.ps; s++)
              for (int r = 0; r < mp.cs; r++) {
                auto& v = px[(size_t)t * Z + ch * sl + mem * mp.ps + s];
                ll z = 0;
                for (int c : blk[b][r])
                  for (int g : v)
                    z += L.F[((size_t)(g / (L.H * L.W)) * L.C + c) * L.H * L.W + g % (L.H * L.W)];
                double by = z * 2 + (v.size() * blk[b][r].size() + 7) / 8;
                ftot[t * nB + b][ch] += by;
                fmx[t * nB + b][ch] = max(fmx[t * nB + b][ch], by);
                pe[(s * mp.cs + r) / BG] += by;
              }
            for (int q = 0; q < NPE; q++) {
              fpe[t * nB + b][ch] = max(fpe[t * nB + b][ch], pe[q]);
              rowBytes[t * nB + b][(size_t)ch * NPE + q] += pe[q];
              double& m = rowPe[t * nB + b][(size_t)ch * NPE + q];
              m = max(m, pe[q]);
            }
          }
  } else
    for (int t = 0; t < nb; t++)
      for (int ch = 0; ch < nch; ch++)
        for (int s = 0; s < sl; s++) {
          double by = px[(size_t)t * Z + ch * sl + s].size() * 2.125;
          ftot[t][ch] += by * teams;
          fmx[t][ch] = max(fmx[t][ch], by);
          fpe[t][ch] = max(fpe[t][ch], by * BG);
          int q = (s % mp.ps) * mp.cs / BG;
          rowBytes[t][(size_t)ch * NPE + q] += by * teams;
          rowPe[t][(size_t)ch * NPE + q] += by;
        }
  for (auto& v : fmx)
    for (double z : v)
      if (z > cap) return false;
  int kcap = max(1, (int)P("sums") / (mp.cpp * tpb));
  if (mp.cpp * tpb > P("sums")) return false;
  int mk = 0;
  for (auto& v : ks) mk = max<int>(mk, v.size());
  int kb = nch > 1 ? (mk + kcap - 1) / kcap : 1, NEp = kb * nb * nB * nch;
  S.nEp = NEp;
  if ((ll)NEp * teams > 400000) return false;
  vector<vector<Item>> items(teams);
  for (int t_ = 0; t_ < teams; t_++) {
    auto& kk = ks[t_];
    for (int kbi = 0; kbi < kb; kbi++)
      for (int t = 0; t < nb; t++)
        for (int b = 0; b < nB; b++)
          for (int ch = 0; ch < nch; ch++) {
            size_t i0 = (ll)kbi * kk.size() / kb, i1 = (ll)(kbi + 1) * kk.size() / kb;
            for (size_t i = i0; i < i1; i++)
              items[t_].push_back({((kbi * nb + t) * nB + b) * nch + ch, kk[i], ch, b, t, ch == nch - 1});
          }
  }
  struct Tr {
    int next = 0;
    bool served = false, waiting = false;
    ll rest = 0;
  };
  struct Mac {
    int tr = -1;
    ll end = 0;
  };
  struct Col {
    vector<int> fin, wd;
    vector<ll> ready;
    vector<vector<Job>> jobs;
    int done = 0, lp = 0, inRing = 0;
    double port = 0, bus = 0;
    vector<Tr> tr;
    vector<Mac> mac;
  };
  vector<Col> cols(NC);
  for (auto& c : cols) {
    c.tr.resize(NB);
    c.mac.resize(MC);
  }
  auto jobsOf = [&](int c, const Item& I, vector<Job>& out, int& wmax, int& wsum) {
    out.assign(NB, Job());
    wmax = wsum = 0;
    int mem = c % mp.team;
    auto& nz = p.nz[I.k];
    double eb = 0;
    for (int s = 0; s < mp.ps; s++) {
      int i = I.ch * sl + mem * mp.ps + s, a = min(p.pos, i * cp), b = min(p.pos, (i + 1) * cp);
      auto lo = lower_bound(nz.begin(), nz.end(), a), hi = lower_bound(nz.begin(), nz.end(), b);
      int ne = hi - lo;
      eb += 2. * ne + (b - a + 7) / 8;
      int ww = 1 + (ne + epw - 1) / epw;
      wmax = max(wmax, ww);
      wsum += ww - 1;
      S.Ew += 8. * ww * ceil((double)mp.cs / BG);
      for (int r = 0; r < mp.cs; r++) {
        int z = s * mp.cs + r;
        u64 m[64];
        const u64* tb[64];
        int nc = 0, sums = 0;
        if (L.G == 1) {
          for (int c_ : blk[I.b][r]) {
            u64 mm = p.km[(size_t)I.k * p.cg + c_] & tm[I.t];
            sums += __builtin_popcountll(mm);
            tb[nc] = &p.tb[(size_t)c_ * p.pos];
            m[nc++] = mm;
          }
        } else {
          m[0] = p.km[I.k] & tm[I.t];
          sums = __builtin_popcountll(m[0]);
          tb[0] = &p.tb[(size_t)(I.k / (L.K / L.G)) * p.pos];
          nc = 1;
        }
        Job& J = out[z];
        J.sums = sums;
        if (!sums || lo == hi) continue;
        int grp = -1;
        for (auto it = lo; it != hi; ++it) {
          int x = 0;
          for (int q = 0; q < nc; q++) x += __builtin_popcountll(tb[q][*it] & m[q]);
          J.pairs += x;
          J.t += max(x, 1);
          S.empt += !x;
          int g = *it / p.strip;
          if (g != grp) {
            grp = g;
            S.rows++;
          }
        }
        S.looks += ne;
        S.pairs += J.pairs;
        S.jobs++;
      }
    }
    bool masked = false;
    for (size_t c_ = 0; c_ < (size_t)p.cg; c_++)
      if (p.km[(size_t)I.k * p.cg + c_] != (p.T == 64 ? ~0ull : (1ull << p.T) - 1)) {
        masked = true;
        break;
      }
    wsum += masked ? (int)ceil(NPE / P("maskPort")) : 1;
    S.Eb += eb + (masked ? mp.cs * mp.cpp * tpb / 8. : 0);
  };
  vector<ll> fready((size_t)NEp * NPE, 1LL << 60);
  vector<int> epCols(NEp, 0);
  double loadEnd = 0;
  int nl = 0;
  const bool rowRel = P("rowRelease");
  vector<int> rl(NPE, 0);
  vector<double> rowEnd(NPE, 0);
  ll now = 0;
  const int chunks = mp.chunks;
  for (int c = 0; c < NC; c++) {
    auto& IT = items[c / mp.team];
    int e0 = IT.empty() ? NEp : IT[0].e;
    for (int z = 0; z < e0; z++) epCols[z]++;
  }
  // drains: partners of a channel slice wait for each other
  vector<map<pair<int, int>, int>> waiting(teams);
  vector<vector<int>> dr(teams, vector<int>(NB, 0)), dsum(teams, vector<int>(64 * NB + 24, 0));
  const int dw = P("drainWidth");
  ll lastDrain = 0;
  for (;; now++) {
    if (now > best) return false;
    // loads, the oldest episode first; a PE of a row may get its chunk when that PE is done with an older one
    // in every column
    for (bool any = true; any;) {
      any = false;
      int bp = -1;
      if (loadEnd > now + 2) break;
      for (int q = 0; q < NPE; q++) {
        int e = rl[q];
        if (e >= NEp) continue;
        bool ok = e < chunks;
        if (!ok) {
          ok = true;
          if (!rowRel)
            ok = epCols[e - chunks] >= NC;
          else
            for (int c = 0; c < NC && ok; c++) {
              auto& IT = items[c / mp.team];
              int n = IT.size();
              for (int z = q * BG; z < (q + 1) * BG; z++) {
                int nx = cols[c].tr[z].next;
                if (nx < n && IT[nx].e <= e - chunks) {
                  ok = false;
                  break;
                }
              }
            }
        }
        if (ok && (bp < 0 || e < rl[bp])) bp = q;
      }
      if (bp >= 0) {
        int e = rl[bp], bb = (e / nch) % nB, t = (e / nch / nB) % nb, ch = e % nch;
        double by = rowBytes[t * nB + bb][(size_t)ch * NPE + bp],
               pe = rowPe[t * nB + bb][(size_t)ch * NPE + bp];
        double ls = max(loadEnd, (double)now);
        rowEnd[bp] = max(ls, rowEnd[bp]) + pe / P("pePort");
        loadEnd = ls + by / P("gb");
        fready[(size_t)e * NPE + bp] = fr ? now : (ll)ceil(max(loadEnd, rowEnd[bp]));
        S.Fb += by;
        S.Fw += by * teams;
        rl[bp]++;
        any = true;
      }
    }
    bool all = true;
    for (int c = 0; c < NC; c++) {
      Col& C = cols[c];
      int tmi = c / mp.team;
      auto& IT = items[tmi];
      int n = IT.size();
      while (C.lp < n && C.lp < C.done + lag) {
        vector<Job> j;
        int wmax, wsum;
        Stat keep = S;
        jobsOf(c, IT[C.lp], j, wmax, wsum);
        if (C.inRing > 0 && C.inRing + wmax > ring) {
          S = keep;
          break;
        }
        C.inRing += wmax;
        C.wd.push_back(wmax);
        C.port = max(C.port, (double)now) + wsum / P("listPort");
        C.ready.push_back(fr ? now : (ll)ceil(C.port));
        C.fin.push_back(0);
        if (c % mp.team == 0)
          for (int z = 0; z < mp.cs; z++) dsum[tmi][C.lp % 64 * NB + z] = j[z].sums;
        C.jobs.push_back(move(j));
        C.lp++;
      }
      if (C.done >= n) continue;
      all = false;
      for (int m = 0; m < MC; m++) {
        Mac& M = C.mac[m];
        if (M.tr >= 0 && M.end <= now) {
          Tr& t = C.tr[M.tr];
          const Item& I = IT[t.next];
          t.served = false;
          if (I.last && drainRest == 1) {
            t.waiting = true;
          } else {
            C.fin[t.next]++;
            t.next++;
          }
          M.tr = -1;
        }
      }
      auto ready = [&](int z) -> bool {
        Tr& t = C.tr[z];
        if (t.served || t.waiting || t.rest > now || t.next >= C.lp) return false;
        const Item& I = IT[t.next];
        return fready[(size_t)I.e * NPE + z / BG] <= now && C.ready[t.next] <= now;
      };
      for (int z = 0; z < NB; z++)
        if (ready(z)) {
          Tr& t = C.tr[z];
          Job& J = C.jobs[t.next][z];
          if (J.t == 0) {
            if (IT[t.next].last && J.sums && drainRest == 1)
              t.waiting = true;
            else {
              C.fin[t.next]++;
              t.next++;
              t.rest = now + 1;
            }
          }
        }
      // waiting traces of a slice drain together, when all of the team have come
      if (drainRest == 1)
        for (int z = 0; z < NB; z++) {
          Tr& t = C.tr[z];
          if (!t.waiting) continue;
          int s = z / mp.cs, r = z % mp.cs;
          if (s >= mp.ps) {
            t.waiting = false;
            C.fin[t.next]++;
            t.next++;
            continue;
          }
          bool allw = true;
          for (int m2 = 0; m2 < mp.team && allw; m2++)
            for (int s2 = 0; s2 < mp.ps; s2++) {
              Col& D = cols[tmi * mp.team + m2];
              Tr& u = D.tr[s2 * mp.cs + r];
              if (!u.waiting || u.next != t.next) {
                allw = false;
                break;
              }
            }
          if (!allw) continue;
          Job& J = C.jobs[t.next][z];
          double st = max((double)now, C.bus - J.sums);
          C.bus = max(C.bus, (double)now) + J.sums / P("busSums");
          ll en = max<ll>(now + J.sums, (ll)ceil(C.bus));
          (void)st;
          S.drain += (double)J.sums * sl;
          for (int m2 = 0; m2 < mp.team; m2++)
            for (int s2 = 0; s2 < mp.ps; s2++) {
              Col& D = cols[tmi * mp.team + m2];
              Tr& u = D.tr[s2 * mp.cs + r];
              u.waiting = false;
              D.fin[u.next]++;
              u.next++;
              u.rest = max(u.rest, en);
            }
        }
      auto best1 = [&](int pe) {
        int b = -1;
        for (int z = pe * BG; z < (pe + 1) * BG; z++)
          if (ready(z) && (b < 0 || C.tr[z].next < C.tr[b].next)) b = z;
        return b;
      };
      auto take = [&](int m, int z) {
        Tr& t = C.tr[z];
        Job& J = C.jobs[t.next][z];
        C.mac[m].tr = z;
        C.mac[m].end = now + J.t;
        t.served = true;
        int nw = 0;
        if (t.next == 0 || IT[t.next - 1].e != IT[t.next].e) nw = 0;
        t.rest = now + minb + nw;
        if (z / BG != m / MG) S.moved += J.pairs;
      };
      // own traces first unless the neighbour's is farther behind
      for (int pass = 0; pass < 2; pass++)
        for (int m = 0; m < MC; m++)
          if (C.mac[m].tr < 0) {
            int pe = m / MG;
            int z = best1(pe), g = -1;
            if (help) {
              vector<int> nb_;
              if (MG == 1 || P("reach") == 2) {
                nb_ = {(pe + NPE - 1) % NPE, (pe + 1) % NPE};
              } else
                nb_ = {(m % MG) * 2 < MG ? (pe + NPE - 1) % NPE : (pe + 1) % NPE};
              for (int q : nb_) {
                int y = best1(q);
                if (y >= 0 && (g < 0 || C.tr[y].next < C.tr[g].next)) g = y;
              }
            }
            bool guest = g >= 0 && (z < 0 || C.tr[z].next - C.tr[g].next >= gap);
            if (pass == 0) {
              if (z >= 0 && !guest) take(m, z);
            } else {
              if (guest)
                take(m, g);
              else if (z >= 0)
                take(m, z);
            }
          }
      for (int m = 0; m < MC; m++)
        if (C.mac[m].tr < 0) {
          int pe = m / MG, z = pe * BG;
          for (int y = pe * BG; y < (pe + 1) * BG; y++)
            if (C.tr[y].next < C.tr[z].next) z = y;
          Tr& t = C.tr[z];
          int why = 5;
          if (t.next < n) {
            if (t.waiting)
              why = 4;
            else if (t.next >= C.lp)
              why = 3;
            else if (C.ready[t.next] > now)
              why = 1;
            else if (fready[(size_t)IT[t.next].e * NPE + z / BG] > now)
              why = 2;
            else if (t.rest > now)
              why = 4;
            else
              why = 0;
          }
          S.idle[why]++;
        }
      while (C.done < n && C.done < C.lp && C.fin[C.done] == NB) {
        int e = IT[C.done].e;
        C.inRing -= C.wd[C.done];
        vector<Job>().swap(C.jobs[C.done]);
        C.done++;
        if (C.done >= n || IT[C.done].e != e) {
          int ne = C.done < n ? IT[C.done].e : NEp;
          for (int z = e; z < ne; z++) epCols[z]++;
        }
      }
    }
    if (drainRest == 2)
      for (int t_ = 0; t_ < teams; t_++) {
        auto& IT = items[t_];
        Col& C0 = cols[t_ * mp.team];
        for (int r = 0; r < mp.cs; r++) {
          int& d = dr[t_][r];
          for (;;) {
            int low = 1 << 30;
            for (int m2 = 0; m2 < mp.team; m2++)
              for (int s2 = 0; s2 < mp.ps; s2++)
                low = min(low, cols[t_ * mp.team + m2].tr[s2 * mp.cs + r].next);
            while (d < low && !IT[d].last) d++;
            if (d >= low) break;
            int sums = dsum[t_][d % 64 * NB + r];
            d++;
            if (!sums) continue;
            double st = max((double)now, C0.bus);
            C0.bus = st + sums / P("busSums");
            int len = (sums + dw - 1) / dw;
            ll from = (ll)ceil(st);
            S.drain += (double)sums * sl;
            lastDrain = max(lastDrain, from + len);
            for (int m2 = 0; m2 < mp.team; m2++)
              for (int s2 = 0; s2 < mp.ps; s2++) {
                Col& D = cols[t_ * mp.team + m2];
                int z = s2 * mp.cs + r;
                Tr& u = D.tr[z];
                if (u.served) {
                  for (auto& M : D.mac)
                    if (M.tr == z) M.end += len;
                } else
                  u.rest = max(u.rest, now + len);
              }
          }
        }
      }
    if (all) break;
  }
  now = max(now, lastDrain);
  S.compute = now;
  double eO = 0, fO = 0;
  for (int k = 0; k < L.K; k++) eO += 2. * p.nz[k].size();
  eO += (double)L.K * p.pos / 8;
  for (auto f : L.F) fO += 2 * f;
  fO += L.F.size() / 8.;
  double c2 = P("gbKB") * 1024 - 8192, dE = S.Eb, dF = S.Fb;
  if (eO < c2 / 2 || nB * nb == 1) dE = min(dE, eO);
  if (fO < c2 / 2 || nb * kb == 1) dF = min(dF, fO);
  S.dramrd = dE + dF;
  S.rd = (ll)ceil((S.Fb + S.Eb) / P("gb"));
  S.wr = (ll)ceil(p.grad * 2 / 128.);
  S.dram = (ll)ceil((dE + dF + 2. * p.grad) / P("dram"));
  S.cyc = fr ? S.compute : max(max(S.compute, S.rd), max(S.wr, S.dram));
  return S.cyc < best;
}
int main(int ac, char** av) {
  for (int i = 2; i < ac; i++) {
    string s = av[i];
    size_t e = s.find('=');
    if (e == string::npos || !par.count(s.substr(0, e))) {
      fprintf(stderr, "bad %s\n", av[i]);
      return 1;
    }
    par[s.substr(0, e)] = atof(s.c_str() + e + 1);
  }
  FILE* f = fopen(av[1], "rb");
  int n;
  if (!f || fread(&n, 4, 1, f) != 1) return 1;
  Stat T;
  ll B = 0;
  int NC = P("columns"), MACS = NC * (int)P("pes") * (int)P("macs"), NB = P("pes") * P("traces");
  for (int li = 0; li < n; li++) {
    Layer L;
    if (fread(&L, 4, 12, f) != 12) return 1;
    L.F.resize((size_t)L.N * L.C * L.H * L.W);
    L.E.resize((size_t)L.N * L.K * L.P * L.Q);
    L.M.resize((size_t)L.K * (L.C / L.G) * L.R * L.S);
    if (fread(L.F.data(), 1, L.F.size(), f) != L.F.size() ||
        fread(L.E.data(), 1, L.E.size(), f) != L.E.size() ||
        fread(L.M.data(), 1, L.M.size(), f) != L.M.size())
      return 1;
    if (P("only") >= 0 && li != P("only")) continue;
    ll best = 1LL << 60;
    Stat bs;
    Map bm{};
    int w = P("laneSlots"), lanes = P("lanes");
    auto ps_ = passes(L, 1);
    int nb = ps_.size(), maxR = 0, maxS = 0;
    for (auto& b : ps_) {
      maxR = max(maxR, b[1] - b[0]);
      maxS = max(maxS, b[3] - b[2]);
    }
    ll pairs = 0, grad = 0;
    double eO = 0;
    vector<int> cpps;
    int mxc = L.G > 1 ? 1 : (maxR == 1 ? lanes : 1) * (w / maxS);
    for (int c = 1; c <= mxc; c++)
      if (c <= 6 || c % 3 == 0 || c == mxc) cpps.push_back(c);
    map<int, Prep> preps;
    struct Cd {
      double est;
      Map m;
      int g;
    };
    vector<Cd> cand;
    for (int cpp : cpps) {
      if (L.G == 1 && cpp > L.C) continue;
      int chLane = maxR == 1
                       ? (cpp + (int)ceil((double)cpp / (w / maxS)) - 1) / (int)ceil((double)cpp / (w / maxS))
                       : cpp;
      int g = min(8, (int)floor((P("rowBits") / chLane - maxS) / L.st) + 1);
      if (g < 1) continue;
      if (!preps.count(g)) prep(L, preps[g], g);
      Prep& p = preps[g];
      pairs = p.pairs;
      grad = p.grad;
      eO = 0;
      for (int k = 0; k < L.K; k++) eO += 2. * p.nz[k].size();
      double dens = 0;
      for (auto x : L.F) dens += x;
      dens /= L.F.size();
      for (int cs = 1; cs <= NB; cs++) {
        if (L.G > 1 && cs > 1) continue;
        if (L.G == 1 && cs > L.C) continue;
        if (L.G == 1 && cpp > 1 && cs * (cpp - 1) >= L.C) continue;
        int ps = NB / cs;
        if (cs * ps * 4 < NB * 3) continue;
        if (cs < NB && cs * 2 > NB && cs % 8) continue;
        for (int team = 1; team <= NC; team *= 2) {
          if (NC / team > L.K) continue;
          vector<int> cps;
          for (int z = 1; z <= (int)P("maxPos"); z = z < 2 ? 2 : z * 2) {
            cps.push_back(z);
            if (z >= 8) cps.push_back(z * 3 / 2);
          }
          if (maxR == 1) {
            cps.push_back(12);
            cps.push_back(36);
          }
          for (int cp : cps) {
            if (cp > P("maxPos")) continue;
            ll sl = (ll)ps * team;
            if ((ll)cp / 2 * sl >= p.pos && cp > 1) continue;
            ll nch = (p.pos + sl * cp - 1) / (sl * cp);
            double nBk = L.G == 1 ? ceil((double)L.C / (cs * cpp)) : 1,
                   kcap = max(1., floor(P("sums") / (cpp * maxR * maxS))),
                   kk = ceil((double)L.K / (NC / team)), kb = nch > 1 ? ceil(kk / kcap) : 1;
            if (nch * nBk * kb * nb > 20000) continue;
            double rows = max(1., cp / (double)p.strip),
                   ir = min(rows, (double)L.P) * L.st + max(0, maxR - L.st),
                   icol = p.strip * L.st + max(0, maxS - L.st);
            double el = rows <= L.P ? ir * icol : rows / L.P * ((L.P - 1) * L.st + maxR) * icol;
            if (maxR == 1 && L.R == 1 && L.S == 1) el = cp;
            double fb = el * cpp * (2 * dens + .125);
            if (fb > P("chunkBytes") * 1.5) continue;
            double Fby = fb / cpp * L.C * sl * nch * kb * nb;
            double Eby = (eO + L.K * p.pos / 8.) * nBk * nb;
            double work = p.pairs / (double)MACS * (NB / (double)(cs * ps) * .0 + 1);
            double items = nBk * nb * nch * kk;
            double jobT = work / max(1., items);
            double slots = nBk * cs * cpp / (double)max(1, L.C);
            double est = max({work * (1 + .12 * max(0., slots - 1)), (Fby + Eby) / 128., items * 6.}) +
                         .1 * (Fby + Eby) / 128. + items * 1.5 + nch * nBk * kb * nb * 8 +
                         (cs * ps < NB ? work * .04 : 0) + (jobT < 8 ? work * .05 : 0);
            cand.push_back({est, Map{cs, ps, cpp, team, cp, (int)P("chunks")}, g});
          }
        }
      }
    }
    if (cand.empty()) {
      printf("L%d no mapping\n", li);
      continue;
    }
    stable_sort(cand.begin(), cand.end(), [](auto& a, auto& b) { return a.est < b.est; });
    int tried = 0;
    for (auto& c : cand) {
      if (tried >= P("cand")) break;
      Stat s;
      bool ok = simulate(L, preps[c.g], c.m, s, best);
      if (ok || s.nEp) tried++;
      if (ok) {
        best = s.cyc;
        bs = s;
        bm = c.m;
      }
    }
    if (best == (1LL << 60)) {
      printf("L%d no sim\n", li);
      continue;
    }
    if (bs.pairs != pairs) printf("PAIRS L%d %lld %lld\n", li, bs.pairs, pairs);
    double fO = 0;
    eO += (double)L.K * L.N * L.P * L.Q / 8;
    for (auto x : L.F) fO += 2 * x;
    fO += L.F.size() / 8.;
    ll bound = max<ll>((pairs + MACS - 1) / MACS, (ll)ceil((eO + fO + 2. * grad) / 128));
    if (P("v")) {
      printf(
          "L%-2d C%d K%d %dx%d R%d st%d | bound %lld cyc %lld (%.3f) comp %lld rd %lld dram %lld | cs%d ps%d "
          "cpp%d team%d cp%d nb%d ep%d | idle%% pick %.1f list %.1f fmap %.1f lag %.1f drain %.1f end %.1f "
          "moved %.3f empt %.3f\n",
          li, L.C, L.K, L.P, L.Q, L.R, L.st, bound, best, (double)best / bound, bs.compute, bs.rd, bs.dram,
          bm.cs, bm.ps, bm.cpp, bm.team, bm.cp, nb, bs.nEp, 100. * bs.idle[0] / MACS / best,
          100. * bs.idle[1] / MACS / best, 100. * bs.idle[2] / MACS / best, 100. * bs.idle[3] / MACS / best,
          100. * bs.idle[4] / MACS / best, 100. * bs.idle[5] / MACS / best, (double)bs.moved / bs.pairs,
          (double)bs.empt / bs.pairs);
      fflush(stdout);
    }
    B += bound;
    T.cyc += best;
    T.pairs += bs.pairs;
    T.looks += bs.looks;
    T.rows += bs.rows;
    T.empt += bs.empt;
    T.moved += bs.moved;
    T.jobs += bs.jobs;
    T.Eb += bs.Eb;
    T.Ew += bs.Ew;
    T.Fb += bs.Fb;
    T.Fw += bs.Fw;
    T.drain += bs.drain;
    T.dramrd += bs.dramrd;
    for (int i = 0; i < 6; i++) T.idle[i] += bs.idle[i];
  }
  string a;
  for (int i = 2; i < ac; i++) a += string(av[i]) + " ";
  double q = T.pairs;
  string nm = av[1];
  nm = nm.substr(nm.rfind('/') + 1);
  printf(
      "%s %s=> %.3f | looks %.4f rows %.4f empty %.4f E %.4f Ew %.4f F %.4f Fw %.4f drain %.4f dramrd %.4f "
      "jobs %.5f moved %.3f | idle%% pick %.1f list %.1f fmap %.1f lag %.1f drain %.1f end %.1f\n",
      nm.c_str(), a.c_str(), (double)T.cyc / B, T.looks / q, T.rows / q, T.empt / q, T.Eb / q, T.Ew / q,
      T.Fb / q, T.Fw / q, T.drain / q, T.dramrd / q, T.jobs / q, T.moved / q, 100. * T.idle[0] / MACS / T.cyc,
      100. * T.idle[1] / MACS / T.cyc, 100. * T.idle[2] / MACS / T.cyc, 100. * T.idle[3] / MACS / T.cyc,
      100. * T.idle[4] / MACS / T.cyc, 100. * T.idle[5] / MACS / T.cyc);
}

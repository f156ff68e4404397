using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Protocol.Tests.Ota;

/// <summary>Limits in bytes per second, over random fleets in virtual time whose devices acknowledge at once.</summary>
public sealed class RateTests
{
    private const int Seeds = 100;
    private const long RunMs = 60_000;

    [Fact]
    public void Over_any_interval_a_session_sends_no_more_than_its_rate_and_a_burst()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Fleet fleet = new(seed, own: true, shared: false);
            fleet.Run();
            foreach (Session session in fleet.Sessions)
            {
                // Besides the burst, a chunk whose turn came while the window was full.
                AssertWithin(session.Sent, session.Rate, new ByteRate(session.Rate).BurstBytes + session.ChunkBytes, seed);
            }
        }
    }

    [Fact]
    public void Over_any_interval_all_sessions_together_send_no_more_than_the_rate_a_burst_and_a_turn_each()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Fleet fleet = new(seed, own: seed % 2 == 0, shared: true);
            fleet.Run();
            long turns = fleet.Sessions.Count * 2L * Limits.ChunkBytesMax;
            AssertWithin(fleet.Sessions.SelectMany(s => s.Sent).OrderBy(s => s.Ms), fleet.Rate, new ByteRate(fleet.Rate).BurstBytes + turns, seed);
        }
    }

    [Fact]
    public void Sessions_share_a_rate_equally_whatever_their_chunks_and_use_all_of_it()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Fleet fleet = new(seed, own: false, shared: true);
            fleet.Run();
            long[] bytes = [.. fleet.Sessions.Select(s => s.Sent.Sum(c => c.Bytes))];
            string shares = $"Seed {seed}, {fleet.Rate} bytes per second: {string.Join(' ', bytes)}";
            // The first burst may be one session's; after it they take turns.
            Assert.True(bytes.Max() - bytes.Min() <= new ByteRate(fleet.Rate).BurstBytes + (3 * Limits.ChunkBytesMax), shares);
            long turns = fleet.Sessions.Count * 2L * Limits.ChunkBytesMax;
            Assert.True(bytes.Sum() >= (fleet.Rate * RunMs / 1000) - turns, shares);
        }
    }

    [Fact]
    public void A_session_that_is_slower_than_its_share_leaves_the_rest_to_the_others()
    {
        Fleet fleet = new(1, own: false, shared: true) { Rate = 100_000 };
        fleet.Begin(sessions: 2, chunkBytes: 4096);
        fleet.Sessions[0].Rate = 10_000;
        fleet.Run();
        Assert.InRange(fleet.Sessions[0].Sent.Sum(s => s.Bytes), 580_000, 620_000);
        Assert.InRange(fleet.Sessions[1].Sent.Sum(s => s.Bytes), 5_350_000, 5_450_000);
    }

    [Fact]
    public void A_limit_slower_than_the_patience_with_the_device_fails_nothing()
    {
        SenderOptions options = new() { ChunkAckTimeoutMs = 1000, Retries = 0, BytesPerSecond = 1024 };
        Manifest manifest = new() { Size = 20 * Limits.ChunkBytesMax, Sha256 = new string('a', 64) };
        OtaSender sender = new(options, manifest, Limits.ChunkBytesMax, OtaStates.Offered, 0);
        sender.Step(SenderEvent.Online(), 0);
        SenderEffect[] effects = sender.Step(SenderEvent.Accepted(0, 8), 0);
        while (sender.State == OtaStates.Transferring)
        {
            long nowMs = effects.Any(e => e.Kind == SenderEffectKind.SendChunk) ? 0 : sender.DueMs;
            Now = Math.Max(Now, nowMs);
            effects = nowMs == 0 ? sender.Step(SenderEvent.Acknowledged(effects.Last(e => e.Kind == SenderEffectKind.SendChunk).Sequence + 1, 0), Now)
                : sender.Step(SenderEvent.Tick(), Now);
        }

        Assert.Equal(OtaStates.Verifying, sender.State);
        Assert.InRange(Now, 18 * 8000, 20 * 8000);
    }

    [Fact]
    public void Under_a_limit_too_a_device_that_acknowledges_nothing_is_given_up()
    {
        SenderOptions options = new() { BytesPerSecond = 1024, Retries = 1 };
        Manifest manifest = new() { Size = 20 * 4096, Sha256 = new string('a', 64) };
        OtaSender sender = new(options, manifest, 4096, OtaStates.Offered, 0);
        sender.Step(SenderEvent.Online(), 0);
        sender.Step(SenderEvent.Accepted(0, 8), 0);
        for (int i = 0; i < 10_000 && !OtaStates.IsFinal(sender.State); i++)
        {
            Now = sender.DueMs;
            sender.Step(SenderEvent.Tick(), Now);
        }

        Assert.Equal(OtaStates.Failed, sender.State);
    }

    private long Now { get; set; }

    private static void AssertWithin(IEnumerable<(long Ms, int Bytes)> sent, long rate, long burst, int seed)
    {
        // The worst interval that ends here: what is over the line of the rate, above its lowest point so far.
        double lowest = 0;
        long total = 0;
        foreach ((long ms, int bytes) in sent)
        {
            lowest = Math.Min(lowest, total - (rate * ms / 1000.0));
            total += bytes;
            double over = total - (rate * ms / 1000.0) - lowest;
            Assert.True(over <= burst + 1, $"Seed {seed}: {over:0} bytes over {rate} bytes per second at {ms} ms; the bound is {burst}.");
        }
    }

    private sealed class Session(OtaSender sender, int chunkBytes)
    {
        internal OtaSender Sender { get; set; } = sender;

        internal int ChunkBytes { get; } = chunkBytes;

        internal long Rate { get; set; }

        internal List<(long Ms, int Bytes)> Sent { get; } = [];
    }

    private sealed class Fleet
    {
        private readonly Random _random;
        private readonly bool _own;
        private readonly bool _shared;

        internal Fleet(int seed, bool own, bool shared)
        {
            _random = new Random(seed);
            _own = own;
            _shared = shared;
            Rate = _random.Next(2) == 0 ? _random.Next(1024, 50_000) : _random.Next(50_000, 2_000_000);
        }

        internal long Rate { get; set; }

        internal List<Session> Sessions { get; } = [];

        internal void Begin(int sessions, int chunkBytes)
        {
            for (int i = 0; i < sessions; i++)
            {
                int bytes = chunkBytes > 0 ? chunkBytes : _random.Next(Limits.ChunkBytesMin, Limits.ChunkBytesMax + 1);
                Sessions.Add(new Session(null!, bytes) { Rate = _own ? _random.Next(1024, 200_000) : 0 });
            }
        }

        internal void Run()
        {
            if (Sessions.Count == 0)
            {
                Begin(_random.Next(1, 12), 0);
            }

            ByteRate? rate = _shared ? new ByteRate(Rate) : null;
            Manifest manifest = new() { Size = 1L << 40, Sha256 = new string('a', 64) };
            PriorityQueue<(Session Session, SenderEvent Event), (long Ms, int Order)> queue = new();
            int order = 0;
            foreach (Session session in Sessions)
            {
                session.Sender = new OtaSender(new SenderOptions { BytesPerSecond = session.Rate }, manifest, session.ChunkBytes, OtaStates.Offered, 0, rate);
                session.Sender.Step(SenderEvent.Online(), 0);
                queue.Enqueue((session, SenderEvent.Accepted(0, _random.Next(2, Limits.WindowMax + 1))), (0, order++));
            }

            while (queue.TryDequeue(out (Session Session, SenderEvent Event) next, out (long Ms, int Order) at) && at.Ms <= RunMs)
            {
                long last = -1;
                foreach (SenderEffect effect in next.Session.Sender.Step(next.Event, at.Ms).Where(e => e.Kind == SenderEffectKind.SendChunk))
                {
                    next.Session.Sent.Add((at.Ms, next.Session.ChunkBytes));
                    last = effect.Sequence;
                }

                if (last >= 0)
                {
                    queue.Enqueue((next.Session, SenderEvent.Acknowledged(last + 1, 0)), (at.Ms, order++));
                }
                else
                {
                    queue.Enqueue((next.Session, SenderEvent.Tick()), (Math.Max(at.Ms + 1, next.Session.Sender.DueMs), order++));
                }
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;
using Xunit.Abstractions;

namespace EdgeMesh.Protocol.Tests.Ota;

/// <summary>The window fills a fast link and is gentle on a weak one: production sender and receiver, and between them a link in virtual time.</summary>
public sealed class WindowTests(ITestOutputHelper output)
{
    private const int ChunkBytes = 1024;
    private const int Chunks = 3000;

    [Theory]
    [InlineData(10, 64)]
    [InlineData(50, 32)]
    [InlineData(200, 16)]
    public void A_link_without_limit_is_filled_to_the_window(int oneWayMs, int window)
    {
        Link link = new(seed: 1) { OneWayMs = oneWayMs, Window = window };
        link.Run();
        double limit = (double)Chunks / window * 2 * oneWayMs;
        output.WriteLine($"counted: window {window} at {2 * oneWayMs} ms: {limit / link.NowMs:0.00} of the window's limit, {link.Resent} of {Chunks} resent");
        Assert.True(limit / link.NowMs >= 0.9, $"{link.NowMs} ms instead of {limit} ms.");
        Assert.Equal(0, link.Resent);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void A_link_that_loses_gets_hardly_more_than_what_it_lost_again(double loss)
    {
        Link link = new(seed: 2) { OneWayMs = 50, Window = 32, Loss = loss };
        link.Run();
        output.WriteLine($"counted: {loss:0%} lost: {(double)link.Resent / Chunks:0.000} resent");
        Assert.True(link.Resent <= Chunks * loss / (1 - loss) * 1.5, $"{link.Resent} of {Chunks} were resent.");
    }

    [Theory]
    [InlineData(20, 64)]
    [InlineData(5, 16)]
    [InlineData(2, 1000)]
    public void A_slow_link_whose_queue_overflows_is_filled_and_gets_little_twice(int chunksPerSecond, int queueChunks)
    {
        // A queue shorter than the window loses what does not fit, as a weak radio or a broker does.
        Link link = new(seed: 3) { OneWayMs = 50, Window = 64, ChunksPerSecond = chunksPerSecond, QueueChunks = queueChunks };
        link.Run();
        double used = Chunks * 1000.0 / chunksPerSecond / link.NowMs;
        output.WriteLine($"counted: {chunksPerSecond} chunks a second, queue of {queueChunks}: {used:0.00} of the link, {(double)link.Resent / Chunks:0.000} resent");
        Assert.True(used >= 0.8, $"Used {used} of the link.");
        Assert.True(link.Resent <= Chunks / 5, $"{link.Resent} of {Chunks} were resent.");
    }

    [Fact]
    public void A_weak_link_that_loses_too_is_used_and_not_flooded()
    {
        Link link = new(seed: 4) { OneWayMs = 150, Window = 32, ChunksPerSecond = 10, QueueChunks = 12, Loss = 0.1 };
        link.Run();
        double used = Chunks * 1000.0 / 10 / link.NowMs;
        output.WriteLine($"counted: 10 chunks a second, queue of 12, 10 % lost: {used:0.00} of the link, {(double)link.Resent / Chunks:0.000} resent");
        Assert.True(used >= 0.6, $"Used {used} of the link.");
        Assert.True(link.Resent <= Chunks * 3 / 10, $"{link.Resent} of {Chunks} were resent.");
    }

    private sealed class Link(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly PriorityQueue<Action, (long Ms, int Order)> _events = new();
        private readonly HashSet<long> _sent = [];
        private int _order;
        private double _freeMs;

        internal int OneWayMs { get; init; }

        internal int Window { get; init; }

        internal double Loss { get; init; }

        internal int ChunksPerSecond { get; init; }

        internal int QueueChunks { get; init; }

        internal long NowMs { get; private set; }

        internal int Resent { get; private set; }

        internal void Run()
        {
            Manifest manifest = new()
            {
                Id = "app", Version = "1", Sequence = 1, Kind = ImageKinds.NanoApp, DeviceType = "bench", Size = Chunks * ChunkBytes, Sha256 = new string('a', 64),
            };
            OtaReceiver receiver = new(new ReceiverProfile { DeviceType = "bench", Kinds = [ImageKinds.NanoApp], SlotBytes = manifest.Size, Window = Window });
            OtaSender sender = new(new SenderOptions(), manifest, ChunkBytes, OtaStates.Offered, 0);
            Offer offer = new() { Session = 1, Manifest = Transfer.ManifestTextOf(manifest), ChunkBytes = ChunkBytes, Window = Window, Encoding = ChunkEncodings.Raw };
            Device(ReceiverEvent.Online());
            Hub(SenderEvent.Online());
            while (sender.State != OtaStates.Verifying)
            {
                Assert.False(OtaStates.IsFinal(sender.State), sender.Reason);
                long next = _events.TryPeek(out _, out (long Ms, int Order) first) ? first.Ms : long.MaxValue;
                NowMs = Math.Max(NowMs, Math.Min(next, Math.Min(receiver.DueMs, sender.DueMs)));
                if (next <= NowMs)
                {
                    _events.Dequeue()();
                }
                else if (receiver.DueMs <= NowMs)
                {
                    Device(ReceiverEvent.Tick());
                }
                else
                {
                    Hub(SenderEvent.Tick());
                }
            }

            void Hub(SenderEvent e)
            {
                foreach (SenderEffect effect in sender.Step(e, NowMs))
                {
                    if (effect.Kind == SenderEffectKind.SendOffer)
                    {
                        After(OneWayMs, () => Device(ReceiverEvent.Offered(offer)));
                    }
                    else if (effect.Kind == SenderEffectKind.SendChunk)
                    {
                        Resent += _sent.Add(effect.Sequence) ? 0 : 1;
                        long sequence = effect.Sequence;
                        if (Crosses(out long ms))
                        {
                            After(ms, () => Device(ReceiverEvent.ChunkArrived(1, sequence, ChunkBytes)));
                        }
                    }
                }
            }

            void Device(ReceiverEvent e)
            {
                foreach (ReceiverEffect effect in receiver.Step(e, NowMs).Where(effect => effect.Kind == ReceiverEffectKind.Send))
                {
                    SenderEvent? answer = effect.Message switch
                    {
                        Accept accept => SenderEvent.Accepted(accept.Next, accept.Window),
                        ChunkAck ack => SenderEvent.Acknowledged(ack.Next, Convert.ToUInt64(ack.Bitmap, 16)),
                        _ => null,
                    };
                    if (answer != null)
                    {
                        After(OneWayMs, () => Hub(answer));
                    }
                }
            }
        }

        private void After(long ms, Action action) => _events.Enqueue(action, (NowMs + ms, _order++));

        private bool Crosses(out long ms)
        {
            ms = OneWayMs;
            if (ChunksPerSecond > 0)
            {
                double perChunkMs = 1000.0 / ChunksPerSecond;
                _freeMs = Math.Max(_freeMs, NowMs);
                if ((_freeMs - NowMs) / perChunkMs >= QueueChunks)
                {
                    return false;
                }

                _freeMs += perChunkMs;
                ms += (long)(_freeMs - NowMs);
            }

            return _random.NextDouble() >= Loss;
        }
    }
}

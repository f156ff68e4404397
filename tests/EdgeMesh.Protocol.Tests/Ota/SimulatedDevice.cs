using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Protocol.Tests.Ota;

/// <summary>A receiver with a slot's file that can lose what was not flushed: what a device's runtime does with the effects.</summary>
internal sealed class SimulatedDevice(Random random, Action<object> send, Action<long, Action> later, Func<long> now)
{
    private readonly Dictionary<long, byte[]> _held = [];
    private readonly List<byte> _file = [];
    private Transfer? _recorded;
    private int _flushed;
    private long _awaited;
    private long _awaitedMs;
    private int _boot;
    private int _hashing;
    private byte[] _chunk = [];

    public ReceiverProfile Profile { get; } = new()
    {
        DeviceType = "esp32-mpy", Kinds = [ImageKinds.MicroPythonApp], SlotBytes = 100_000, Window = random.Next(1, Limits.WindowMax + 1),
    };

    public OtaReceiver Receiver { get; private set; } = new(new ReceiverProfile());

    /// <summary>The image applied; null until then.</summary>
    public byte[]? Applied { get; private set; }

    /// <summary>Boots, as after a power cut: what was not flushed may be there, in part, or be garbage.</summary>
    public void Boot(long nowMs)
    {
        _boot++;
        _held.Clear();
        int kept = _flushed + random.Next(_file.Count - _flushed + 1);
        _file.RemoveRange(kept, _file.Count - kept);
        for (int i = _flushed; i < kept && random.Next(4) == 0; i++)
        {
            _file[i] ^= 0xff;
        }

        _flushed = kept;
        _awaited = 0;
        Receiver = new(Profile);
        if (_recorded != null)
        {
            Step(ReceiverEvent.Restored(_recorded, _file.Count), nowMs);
        }
    }

    public void TakeChunk(long session, long sequence, byte[] data, long nowMs)
    {
        _chunk = data;
        Step(ReceiverEvent.ChunkArrived(session, sequence, data.Length), nowMs);
    }

    public void Step(ReceiverEvent e, long nowMs)
    {
        foreach (ReceiverEffect effect in Receiver.Step(e, nowMs))
        {
            Carry(effect, nowMs);
        }
    }

    private void Carry(ReceiverEffect effect, long nowMs)
    {
        switch (effect.Kind)
        {
            case ReceiverEffectKind.Send:
                AssertFlushed(effect.Message!);
                send(effect.Message!);
                break;
            case ReceiverEffectKind.OpenSlot:
                _recorded = (Transfer)effect.Message!;
                Truncate(0);
                _awaited = 0;
                break;
            case ReceiverEffectKind.Adopt: _recorded = (Transfer)effect.Message!; break;
            case ReceiverEffectKind.Trim: Truncate((int)effect.Number); break;
            case ReceiverEffectKind.Append: _file.AddRange(_chunk); break;
            case ReceiverEffectKind.Hold: _held.Add(effect.Number, _chunk); break;
            case ReceiverEffectKind.AppendHeld:
                Assert.True(_held.Remove(effect.Number, out byte[]? held));
                _file.AddRange(held);
                break;
            case ReceiverEffectKind.Flush: _flushed = _file.Count; break;
            case ReceiverEffectKind.Hash: Hash(); break;
            case ReceiverEffectKind.Discard:
                _recorded = null;
                _held.Clear();
                _hashing++;
                break;
            case ReceiverEffectKind.Apply:
                Applied = [.. _file];
                Profile.AppliedSession = _recorded!.Session;
                _recorded = null;
                later(50, Report);
                Boot(nowMs);
                Step(ReceiverEvent.Online(), nowMs);
                break;
            case ReceiverEffectKind.Report: Report(); break;
            default: break;
        }

        Assert.True(_held.Count < Limits.WindowMax);
    }

    // A power cut after ACCEPT or VERIFY must not take back what it says; of what was acknowledged it takes no more than a second's worth.
    private void AssertFlushed(object message)
    {
        long next = message is Accept accept ? accept.Next : message is Verify verify && verify.Sha256.Length > 0 ? _recorded!.ChunkCount : 0;
        Assert.True(_flushed >= BytesOf(next), "Told before it was flushed.");
        if (message is ChunkAck ack && _flushed >= BytesOf(_awaited))
        {
            (_awaited, _awaitedMs) = (ack.Next, now());
        }
        else if (message is ChunkAck)
        {
            Assert.True(now() < _awaitedMs + OtaReceiver.FlushDelayMs, "Acknowledged a second ago, and not flushed.");
        }
    }

    private long BytesOf(long chunks) => _recorded == null ? 0 : Math.Min(chunks * _recorded.ChunkBytes, _recorded.Manifest.Size);

    private void Report() => send(new Report { Session = Profile.AppliedSession, State = OtaStates.Confirmed });

    private void Truncate(int bytes)
    {
        _file.RemoveRange(bytes, _file.Count - bytes);
        _flushed = bytes;
    }

    private void Hash()
    {
        (int boot, int hashing) = (_boot, ++_hashing);
        int half = _file.Count / 2;
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(_file.ToArray()));
        int size = _file.Count;
        later(random.Next(3000), () => Hashed(boot, hashing, half, ""));
        later(3000 + random.Next(20_000), () => Hashed(boot, hashing, size, sha256));
    }

    private void Hashed(int boot, int hashing, int bytes, string sha256)
    {
        if (boot == _boot && hashing == _hashing)
        {
            Step(ReceiverEvent.Hashed(bytes, sha256), now());
        }
    }
}

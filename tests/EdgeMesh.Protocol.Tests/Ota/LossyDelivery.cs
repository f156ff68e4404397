using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Protocol.Tests.Ota;

/// <summary>One update over a network that loses, repeats and reorders, with reboots of the device and kills of the hub; all from one seed.</summary>
/// <remarks>Quality 0 (chunks and their acknowledgements) is lost at random; the rest only with the connection, as TCP and the broker do.</remarks>
internal sealed class LossyDelivery
{
    private const long Session = 7;
    private const int ChunkBytes = 256;

    private readonly Random _random;
    private readonly PriorityQueue<Action, (long Due, int Order)> _queue = new();
    private readonly byte[] _image;
    private readonly Manifest _manifest;
    private readonly SimulatedDevice _device;
    private readonly double _loss;
    private readonly double _repeat;
    private readonly int _delayMs;
    private OtaSender _sender;
    private int _order;
    private int _connection;
    private bool _connected;
    private int _troubles;
    private int _allowed = Limits.WindowMax;

    public LossyDelivery(int seed)
    {
        _random = new(seed);
        _loss = _random.NextDouble() * 0.3;
        _repeat = _random.NextDouble() * 0.2;
        _delayMs = _random.Next(1, 400);
        _troubles = _random.Next(8);
        _image = new byte[_random.Next(1, 80 * ChunkBytes)];
        _random.NextBytes(_image);
        _manifest = new()
        {
            Id = "app", Version = "1", Sequence = 1, Kind = ImageKinds.MicroPythonApp, DeviceType = "esp32-mpy", Size = _image.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(_image)),
        };
        _device = new(_random, SendUp, Later, () => Now);
        _device.Boot(0);
        _sender = new(new(), _manifest, ChunkBytes, OtaStates.Offered, 0);
    }

    /// <summary>The virtual time, in milliseconds.</summary>
    public long Now { get; private set; }

    public int Steps { get; private set; }

    /// <summary>Whether the device ever went on in the middle of the image.</summary>
    public bool Resumed { get; private set; }

    public string State => _sender.State;

    public string Code => _sender.Code;

    public bool Exact => _device.Applied != null && _device.Applied.SequenceEqual(_image);

    /// <summary>Runs to the end, or for so many steps.</summary>
    public void Run(int maxSteps)
    {
        Later(0, Connect);
        for (int i = 0; i < _troubles; i++)
        {
            Later(_random.Next(30_000), Trouble);
        }

        while (!OtaStates.IsFinal(_sender.State) && Steps < maxSteps)
        {
            Steps++;
            long next = _queue.TryPeek(out _, out (long Due, int Order) first) ? first.Due : long.MaxValue;
            long due = Math.Min(next, Math.Min(_device.Receiver.DueMs, _sender.DueMs));
            Now = Math.Max(Now, due);
            if (next <= Now)
            {
                _queue.Dequeue()();
            }
            else if (_device.Receiver.DueMs <= Now)
            {
                _device.Step(ReceiverEvent.Tick(), Now);
            }
            else
            {
                StepSender(SenderEvent.Tick());
            }
        }
    }

    private void Later(long ms, Action action) => _queue.Enqueue(action, (Now + ms, _order++));

    private void Connect()
    {
        _connected = true;
        int connection = ++_connection;
        _device.Step(ReceiverEvent.Online(), Now);
        Later(_random.Next(_delayMs), () =>
        {
            if (connection == _connection)
            {
                StepSender(SenderEvent.Online());
            }
        });
    }

    private void Disconnect()
    {
        _connected = false;
        _connection++;
        _device.Step(ReceiverEvent.Offline(), Now);
        StepSender(SenderEvent.Offline());
    }

    private void Trouble()
    {
        if (!_connected)
        {
            return;
        }

        Disconnect();
        int kind = _random.Next(3);
        if (kind == 0)
        {
            _device.Boot(Now);
        }
        else if (kind == 1)
        {
            _sender = new(new(), _manifest, ChunkBytes, _sender.State, 0);
        }

        Later(_random.Next(10_000), Connect);
    }

    private void StepSender(SenderEvent e)
    {
        foreach (SenderEffect effect in _sender.Step(e, Now))
        {
            switch (effect.Kind)
            {
                case SenderEffectKind.SendOffer:
                    Offer offer = new() { Session = Session, Manifest = Transfer.ManifestTextOf(_manifest), ChunkBytes = ChunkBytes, Window = Limits.WindowMax };
                    Carry(false, () => _device.Step(ReceiverEvent.Offered(offer), Now));
                    break;
                case SenderEffectKind.SendChunk:
                    Assert.InRange(effect.Sequence, _sender.Next, Math.Min(_sender.Next + _allowed, _sender.ChunkCount) - 1);
                    byte[] data = _image.Skip((int)effect.Sequence * ChunkBytes).Take(ChunkBytes).ToArray();
                    Carry(true, () => _device.TakeChunk(Session, effect.Sequence, data, Now));
                    break;
                case SenderEffectKind.SendComplete: Carry(false, () => _device.Step(ReceiverEvent.Completed(Session), Now)); break;
                default: break;
            }
        }

        Assert.InRange(_sender.Window, 1, Limits.WindowMax);
    }

    private void SendUp(object message)
    {
        SenderEvent e = message switch
        {
            Accept m => SenderEvent.Accepted(m.Next, m.Window),
            Reject m => SenderEvent.Rejected(m.Code, m.Reason),
            ChunkAck m => SenderEvent.Acknowledged(m.Next, Convert.ToUInt64(m.Bitmap, 16)),
            Verify m => SenderEvent.Verified(m.Checked, m.Sha256),
            Abort m => SenderEvent.Aborted(m.Code, m.Reason),
            Report m => SenderEvent.Reported(m.State, m.Code, m.Reason),
            _ => throw new InvalidOperationException("Unknown message: " + message),
        };
        Carry(message is ChunkAck, () =>
        {
            if (message is Accept accept)
            {
                _allowed = accept.Window;
                Resumed |= accept.Next > 0 && accept.Next < _sender.ChunkCount;
            }

            StepSender(e);
        });
    }

    private void Carry(bool quality0, Action arrive)
    {
        int connection = _connection;
        int copies = (quality0 && _random.NextDouble() < _loss ? 0 : 1) + (_random.NextDouble() < _repeat ? 1 : 0);
        for (int i = 0; i < copies && _connected; i++)
        {
            Later(_random.Next(_delayMs), () =>
            {
                if (connection == _connection)
                {
                    arrive();
                }
            });
        }
    }
}

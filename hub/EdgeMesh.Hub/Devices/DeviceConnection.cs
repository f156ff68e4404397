using System;
using System.Collections.Generic;
using System.Threading;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Hub.Devices;

/// <summary>What the hub holds in memory of one device: its link, whether it is online, and what was refused of it.</summary>
internal sealed class DeviceConnection(string site, string id, byte[] secret, ICrypto crypto, DeviceOptions limits, TimeProvider time)
{
    private const double SecondsBetweenComplaints = 60;

    // More than is ever in flight: what a device has not acknowledged by then it never will.
    private const int EarnedMax = 16 * Limits.WindowMax;

    private readonly TokenBucket _messages = new(limits.MessagesPerSecond, limits.MessageBurst, time);
    private readonly TokenBucket _complaints = new(1 / SecondsBetweenComplaints, 1, time);
    private readonly HubLink _link = new(crypto, new DeviceKey(crypto, secret, site, id), site, id);
    private readonly Dictionary<string, long> _refused = [];
    private readonly Lock _gate = new();
    private int _earned;

    internal string Id => id;

    internal bool Online { get; private set; }

    /// <summary>Whether the device may send such a message now. Asked before anything is verified, which costs more.</summary>
    internal bool MaySend(TopicKind kind)
    {
        lock (_gate)
        {
            if (kind == TopicKind.OtaChunkAck && _earned > 0)
            {
                _earned--;
                return true;
            }

            return _messages.TryTake();
        }
    }

    /// <summary>Whether it is time to say again that the device floods.</summary>
    internal bool MayComplain()
    {
        lock (_gate)
        {
            return _complaints.TryTake();
        }
    }

    /// <summary>The hello of the session in use; null where there is none.</summary>
    internal Hello? Hello
    {
        get
        {
            lock (_gate)
            {
                return _link.Hello;
            }
        }
    }

    /// <summary>Answers a hello.</summary>
    internal Opened Greet(byte[] payload, string hubBoot, long unixSeconds, string[] encrypt, out byte[]? welcome)
    {
        lock (_gate)
        {
            return _link.Greet(payload, hubBoot, unixSeconds, encrypt, out welcome);
        }
    }

    /// <summary>Counts a message that fitted no session; gives what asks for a new hello when it is time.</summary>
    internal byte[]? AskForHello(string hubBoot, long unixSeconds)
    {
        lock (_gate)
        {
            return _link.AskForHello(hubBoot, unixSeconds);
        }
    }

    /// <summary>Verifies a message; tells whether it was the first under a new session, or of a device thought offline.</summary>
    internal Opened Open(TopicKind kind, byte[] payload, out bool cameOnline)
    {
        lock (_gate)
        {
            int generation = _link.Generation;
            Opened opened = _link.Open(kind, payload);
            cameOnline = opened.Body is not null && (generation != _link.Generation || !Online);
            Online |= cameOnline;
            return opened;
        }
    }

    /// <summary>Marks it offline; false where it was already.</summary>
    internal bool GoOffline()
    {
        lock (_gate)
        {
            bool was = Online;
            Online = false;
            return was;
        }
    }

    internal byte[]? Seal(TopicKind kind, JsonWriter body)
    {
        lock (_gate)
        {
            Earn(kind);
            return _link.Seal(kind, body);
        }
    }

    internal string TopicOf(TopicKind kind) => _link.TopicOf(kind);

    internal byte[]? SealChunk(long session, long sequence, byte[] frame)
    {
        lock (_gate)
        {
            Earn(TopicKind.OtaChunk);
            return _link.SealChunk(session, sequence, frame);
        }
    }

    // A chunk earns its acknowledgement, and one that says it again: so a transfer is never held up by the limit, however fast it is, and
    // nobody can flood with acknowledgements of nothing.
    private void Earn(TopicKind kind) => _earned = kind == TopicKind.OtaChunk ? Math.Min(_earned + 2, EarnedMax) : _earned;

    /// <summary>Counts a refusal and gives the new count.</summary>
    internal long CountRefusal(string code)
    {
        lock (_gate)
        {
            return _refused[code] = _refused.GetValueOrDefault(code) + 1;
        }
    }

    internal IReadOnlyDictionary<string, long> Refusals()
    {
        lock (_gate)
        {
            return new Dictionary<string, long>(_refused);
        }
    }
}

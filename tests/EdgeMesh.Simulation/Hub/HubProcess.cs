using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using EdgeMesh.Simulation.Bugs;
using EdgeMesh.Simulation.Device;
using EdgeMesh.Simulation.Network;

namespace EdgeMesh.Simulation.Hub;

/// <summary>Unwinds the stack of a hub that was killed.</summary>
internal sealed class HubKilledException() : Exception("The hub was killed.");

/// <summary>One life of the hub's process: the production link and sender, and around them what its gateway and update service do.</summary>
internal sealed class HubProcess
{
    internal const string ClientId = "hub";
    private const long ReconnectMs = 1000;
    private const long StatusPeriodMs = 60_000;
    private readonly Dictionary<string, DeviceSide> _devices = [];
    private readonly SimulatedCrypto _crypto;
    private Connection? _connection;
    private string _boot = "";
    private readonly long _bornMs;
    private long _bytesSent;
    private bool _dead;

    internal HubProcess(World world)
    {
        World = world;
        Rate = world.BytesPerSecond > 0 ? new ByteRate(world.BytesPerSecond) : null;
        _bornMs = world.Time.NowMs;
        _crypto = new SimulatedCrypto(world.Random.Next());
        foreach (SimulatedBoard board in world.Boards)
        {
            _devices[board.Id] = new DeviceSide(_crypto, board.Key, World.Site, board.Id);
        }

        foreach (SessionRow row in world.Store.Sessions.Where(s => s.Open).ToList())
        {
            TakeUp(row);
        }

        Connect();
    }

    internal World World { get; }

    /// <summary>The limit that all its updates share.</summary>
    internal ByteRate? Rate { get; }

    /// <summary>Steps until it is killed; -1 for never.</summary>
    internal int DiesIn { get; set; } = -1;

    /// <summary>Kills the process: what it held in memory is gone.</summary>
    internal void Kill()
    {
        World.Trace.Add("hub", "is killed");
        _dead = true;
        _connection?.Drop();
    }

    /// <summary>Does something later, if it still lives.</summary>
    internal void After(long milliseconds, Action action) => World.Time.After(milliseconds, () => Do(action));

    /// <summary>A moment at which a kill may hit.</summary>
    internal void MayDie()
    {
        if (DiesIn >= 0 && DiesIn-- == 0)
        {
            throw new HubKilledException();
        }
    }

    /// <summary>Begins an update.</summary>
    /// <returns>Whether there is one now; not where the device has one already, or cannot take the image.</returns>
    internal bool Start(string device, Firmware firmware)
    {
        long known = World.Store.SequenceOf(device);
        Manifest manifest = World.ManifestOf(device, firmware, Math.Max(known + 1, World.Store.NextSequence()));
        Transfer transfer = Transfer.Read(1, Transfer.ManifestTextOf(manifest), World.ChunkBytes, out string problem)
            ?? throw new InvalidOperationException(problem);
        if (firmware.Removed || World.Store.Add(device, firmware, transfer, World.Time.NowMs) is not { } row)
        {
            return false;
        }

        transfer.Session = row.Session;
        World.Trace.Add("operator", $"starts session {row.Session} of {device}: {firmware.Id}, {transfer.ChunkCount} chunks, sequence {manifest.Sequence}");
        Run(row);
        return true;
    }

    /// <summary>Ends a device's update.</summary>
    internal void Abort(string device) =>
        _devices[device].Update?.Post(SenderEvent.Cancel(ErrorCodes.Aborted, "The update was ended at the hub."));

    /// <summary>Removes an image, after the updates that use it.</summary>
    internal void Remove(Firmware firmware)
    {
        foreach (HubUpdate update in _devices.Values.Select(d => d.Update).OfType<HubUpdate>().Where(u => u.Row.Firmware == firmware).ToList())
        {
            update.Post(SenderEvent.Cancel(ErrorCodes.Aborted, "The firmware was removed at the hub."));
        }

        firmware.Removed = true;
    }

    /// <summary>Sends a command.</summary>
    internal bool Command(string device, string name) =>
        Send(_devices[device], TopicKind.Command, new JsonWriter().Add("name", name));

    internal bool Send(DeviceSide device, TopicKind kind, JsonWriter body)
    {
        MayDie();
        byte[]? payload = device.Link.Seal(kind, body);
        if (payload != null)
        {
            if (World.Trace.On)
            {
                World.Trace.Add("hub", $"to {device.Id}: {kind} {System.Text.Encoding.UTF8.GetString(payload)}");
            }

            _connection?.Publish(device.Link.TopicOf(kind), payload, 1, false);
        }

        return payload != null;
    }

    internal void SendChunk(DeviceSide device, SessionRow row, long sequence, byte[] frame)
    {
        MayDie();
        if (device.Link.SealChunk(row.Session, sequence, frame) is byte[] payload)
        {
            World.Promises.ChunkSent(row);
            _bytesSent += row.Transfer.LengthOf(sequence);
            if (Rate != null)
            {
                // Besides the burst, each of its updates may hold a turn that it has not used.
                long updates = World.Store.Sessions.Count * 2L * Limits.ChunkBytesMax;
                long bound = ((World.Time.NowMs - _bornMs) * Rate.BytesPerSecond / 1000) + Rate.BurstBytes + updates;
                World.Promises.Bounded("the bytes of all updates", _bytesSent, bound);
            }

            _connection?.Publish(device.Link.TopicOf(TopicKind.OtaChunk), payload, 0, false);
        }
    }

    /// <summary>Tells a device that its report is kept.</summary>
    internal void Answer(DeviceSide device, Reported answer)
    {
        World.Promises.HubAnswers(device.Id, answer);
        Send(device, TopicKind.Reported, Codec.Write(answer));
    }

    /// <summary>Does something, if it still lives; a kill in the midst of it ends it there.</summary>
    internal void Do(Action action)
    {
        if (_dead)
        {
            return;
        }

        try
        {
            action();
        }
        catch (HubKilledException)
        {
            Kill();
            World.HubDied();
        }
    }

    private void Connect()
    {
        Will will = new(Topic.Format(TopicKind.HubStatus, World.Site), Codec.Write(new HubStatus { Status = HubStatus.Offline }).ToBytes());
        _connection = World.Broker.Connect(ClientId, will, d => Do(() => Receive(d)), () => Do(Lost));
        if (_connection == null)
        {
            After(ReconnectMs, Connect);
            return;
        }

        _connection.Subscribe([Topic.AllUpFilter(World.Site)]);
        // Every connection is a boot to the devices: they say hello again.
        _boot = Hex.Encode(_crypto.Random(8));
        PublishStatus(_boot);
    }

    private void PublishStatus(string boot)
    {
        if (boot == _boot && _connection is { ClientOpen: true })
        {
            HubStatus status = new() { Boot = _boot, Time = World.UnixSeconds };
            _connection.Publish(Topic.Format(TopicKind.HubStatus, World.Site), Codec.Write(status).ToBytes(), 1, true);
            After(StatusPeriodMs, () => PublishStatus(boot));
        }
    }

    private void Lost()
    {
        foreach (DeviceSide device in _devices.Values)
        {
            GoOffline(device);
        }

        After(ReconnectMs, Connect);
    }

    private static void GoOffline(DeviceSide device)
    {
        if (device.Online)
        {
            device.Online = false;
            device.Update?.Post(SenderEvent.Offline());
        }
    }

    private void TakeUp(SessionRow row)
    {
        if (row.Firmware.Removed && row.State is OtaStates.Offered or OtaStates.Transferring)
        {
            World.Store.Update(row, OtaStates.Failed, ErrorCodes.FirmwareDamaged);
            return;
        }

        Run(row);
    }

    private void Run(SessionRow row)
    {
        DeviceSide device = _devices[row.Device];
        device.Update = new HubUpdate(this, device, row);
        if (device.Online)
        {
            device.Update.Post(SenderEvent.Online());
        }
    }

    private void Receive(MqttDelivery delivery)
    {
        MayDie();
        Topic topic = Topic.Parse(delivery.Topic) ?? throw new InvalidOperationException("A device published on " + delivery.Topic);
        DeviceSide device = _devices[topic.Name];
        if (topic.Kind == TopicKind.Status && delivery.Payload.Length < SignedJson.TailBytes)
        {
            GoOffline(device);
        }
        else if (delivery.Retained)
        {
            return;
        }
        else if (topic.Kind == TopicKind.Hello)
        {
            if (device.Link.Greet(delivery.Payload, _boot, World.UnixSeconds, [], out byte[]? welcome).Code.Length == 0)
            {
                _connection?.Publish(device.Link.TopicOf(TopicKind.Welcome), welcome!, 1, false);
            }
        }
        else
        {
            Open(device, topic.Kind, delivery.Payload);
        }
    }

    private void Open(DeviceSide device, TopicKind kind, byte[] payload)
    {
        int generation = device.Link.Generation;
        Opened opened = device.Link.Open(kind, payload);
        JsonObject? body = opened.Body ?? HubBugs.OpenAgain(World.Bug, opened, payload);
        if (body == null)
        {
            if (opened.Code is ErrorCodes.SignatureInvalid or ErrorCodes.NoSession && device.Link.AskForHello(_boot, World.UnixSeconds) is byte[] ask)
            {
                _connection?.Publish(device.Link.TopicOf(TopicKind.Welcome), ask, 1, false);
            }

            return;
        }

        World.Promises.HubActsOn(device.Id, payload);
        if (generation != device.Link.Generation || !device.Online)
        {
            device.Online = true;
            device.Update?.Post(SenderEvent.Online());
        }

        HubMessages.Take(this, device, kind, body);
        if (body.Problem.Length > 0)
        {
            World.Time.Fail($"{device.Id} sent a malformed {kind}: {body.Problem}");
        }
    }
}

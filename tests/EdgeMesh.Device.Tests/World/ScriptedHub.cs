using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.DotNet;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Tests.World;

/// <summary>The hub's side of one device, made of the hub's own link and sender.</summary>
public sealed class ScriptedHub
{
    public const string Site = "home";
    public const string Device = "board-1";

    private readonly DotNetCrypto _crypto = new();
    private readonly Action<string, byte[]> _publish;
    private readonly DeviceKey _key;
    private byte[] _image = [];
    private Manifest _manifest = new();
    private int _generation;

    public ScriptedHub(byte[] secret, Action<string, byte[]> publish)
    {
        _publish = publish;
        _key = new DeviceKey(_crypto, secret, Site, Device);
        Restart();
    }

    public HubLink Link { get; private set; } = null!;

    public string Boot { get; private set; } = "";

    public OtaSender? Sender { get; private set; }

    /// <summary>Whether it answers nothing at all just now.</summary>
    public Func<bool> Silent { get; set; } = () => false;

    /// <summary>Whether a chunk gets lost on its way.</summary>
    public Func<long, bool> LosesChunk { get; set; } = _ => false;

    /// <summary>The session of the last update; no hub uses one twice.</summary>
    public long Session { get; set; }

    /// <summary>What the hub has encrypted.</summary>
    public string[] Encrypted { get; set; } = [];

    /// <summary>Puts a publisher's signature into an offer.</summary>
    public Action<Offer> Sign { get; set; } = _ => { };

    public string Encoding { get; set; } = ChunkEncodings.Raw;

    public int ChunkBytes { get; set; } = 256;

    /// <summary>Verified messages, in their order.</summary>
    public List<(TopicKind Kind, JsonObject Body)> Heard { get; } = [];

    public List<(long Sequence, long AtMs)> ChunksSent { get; } = [];

    public byte[]? LastSealed { get; private set; }

    public long DueMs => Sender?.DueMs ?? long.MaxValue;

    /// <summary>A new hub process: other boot id, no sessions.</summary>
    public void Restart()
    {
        Boot = Hex.Encode(_crypto.Random(8));
        Link = new HubLink(_crypto, _key, Site, Device);
        _generation = 0;
    }

    public byte[] StatusPayload() => Codec.Write(new HubStatus { Boot = Boot, Time = 1_800_000_000 }).ToBytes();

    public void Update(string version, long sequence, byte[] image, long nowMs)
    {
        var hash = _crypto.CreateSha256();
        hash.Update(image, 0, image.Length);
        _image = image;
        _manifest = new Manifest
        {
            Id = "app", Version = version, Sequence = sequence, Kind = ImageKinds.NanoApp, DeviceType = "esp32-nano", Size = image.Length,
            Sha256 = Hex.Encode(hash.Finish()), Created = 1_800_000_000,
        };
        Session++;
        Sender = new OtaSender(new SenderOptions(), _manifest, ChunkBytes, OtaStates.Offered, nowMs);
        if (Link.Established) Step(SenderEvent.Online(), nowMs);
    }

    public void Tick(long nowMs) => Step(SenderEvent.Tick(), nowMs);

    public void DeviceGone(long nowMs) => Step(SenderEvent.Offline(), nowMs);

    public void Take(string topicText, byte[] payload, long nowMs)
    {
        if (Silent()) return;
        var topic = Topic.Parse(topicText)!;
        if (topic.Kind == TopicKind.Hello)
        {
            Assert.Equal("", Link.Greet(payload, Boot, 1_800_000_000 + (nowMs / 1000), Encrypted, out byte[]? welcome).Code);
            _publish(Link.TopicOf(TopicKind.Welcome), welcome!);
            return;
        }

        var opened = Link.Open(topic.Kind, payload);
        if (opened.Body == null) return;
        if (Link.Generation != _generation)
        {
            _generation = Link.Generation;
            Step(SenderEvent.Online(), nowMs);
        }

        Heard.Add((topic.Kind, opened.Body));
        Take(topic.Kind, opened.Body, nowMs);
    }

    public void Send(TopicKind kind, JsonWriter body)
    {
        LastSealed = Link.Seal(kind, body)!;
        _publish(Link.TopicOf(kind), LastSealed);
    }

    private void Take(TopicKind kind, JsonObject body, long nowMs)
    {
        switch (kind)
        {
            case TopicKind.OtaAccept:
                var accept = Codec.ReadAccept(body);
                if (accept.Session == Session) Step(SenderEvent.Accepted(accept.Next, accept.Window), nowMs);
                break;
            case TopicKind.OtaReject:
                var reject = Codec.ReadReject(body);
                if (reject.Session == Session) Step(SenderEvent.Rejected(reject.Code, reject.Reason), nowMs);
                break;
            case TopicKind.OtaChunkAck:
                var ack = Codec.ReadChunkAck(body);
                if (ack.Session == Session) Step(SenderEvent.Acknowledged(ack.Next, Convert.ToUInt64(ack.Bitmap, 16)), nowMs);
                break;
            case TopicKind.OtaVerify:
                var verify = Codec.ReadVerify(body);
                if (verify.Session == Session) Step(SenderEvent.Of(verify), nowMs);
                break;
            case TopicKind.OtaAbortUp:
                var abort = Codec.ReadAbort(body);
                if (abort.Session == Session) Step(SenderEvent.Aborted(abort.Code, abort.Reason), nowMs);
                break;
            case TopicKind.OtaReport:
                var report = Codec.ReadReport(body);
                if (report.Session == Session) Step(SenderEvent.Reported(report.State, report.Code, report.Reason), nowMs);
                Send(TopicKind.Reported, Codec.Write(new Reported { Session = report.Session, State = report.State }));
                break;
        }

        Assert.Equal("", body.Problem);
    }

    private void Step(SenderEvent e, long nowMs)
    {
        if (Sender == null) return;
        foreach (var effect in Sender.Step(e, nowMs))
        {
            switch (effect.Kind)
            {
                case SenderEffectKind.SendOffer:
                    var offer = new Offer
                    {
                        Session = Session, Manifest = Transfer.ManifestTextOf(_manifest), ChunkBytes = ChunkBytes, Window = 16, Encoding = Encoding,
                    };
                    Sign(offer);
                    Send(TopicKind.OtaOffer, Codec.Write(offer));
                    break;
                case SenderEffectKind.SendChunk: SendChunk(effect.Sequence, nowMs); break;
                case SenderEffectKind.SendComplete: Send(TopicKind.OtaComplete, Codec.Write(new Complete { Session = Session })); break;
                case SenderEffectKind.SendAbort:
                    Send(TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = Session, Code = Sender.Code, Reason = Sender.Reason }));
                    break;
            }
        }
    }

    private void SendChunk(long sequence, long nowMs)
    {
        ChunksSent.Add((sequence, nowMs));
        byte[] data = _image.Skip((int)sequence * ChunkBytes).Take(ChunkBytes).ToArray();
        if (Encoding == ChunkEncodings.Base64)
        {
            byte[] text = Link.Seal(TopicKind.OtaChunk, Codec.Write(new Chunk
            {
                Session = Session, Sequence = sequence, Data = Convert.ToBase64String(data),
            }))!;
            if (!LosesChunk(sequence)) _publish(Link.TopicOf(TopicKind.OtaChunk), text);
            return;
        }

        byte[] frame = new byte[ChunkFrame.Overhead + data.Length];
        data.CopyTo(frame, ChunkFrame.Overhead);
        byte[] sealedFrame = Link.SealChunk(Session, sequence, frame)!;
        if (!LosesChunk(sequence)) _publish(Link.TopicOf(TopicKind.OtaChunk), sealedFrame);
    }
}

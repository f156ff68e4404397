using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Messaging;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Updates;

/// <summary>An update's messages, both ways: what the hub sends as an event for the receiver, and what the receiver sends.</summary>
internal sealed class UpdateMessages
{
    private readonly HubConnection _hub;
    private readonly IDeviceLog _log;

    internal UpdateMessages(HubConnection hub, IDeviceLog log)
    {
        _hub = hub;
        _log = log;
    }

    /// <summary>Holds the data of the chunk that was read last, from <see cref="ChunkAt"/> on.</summary>
    internal byte[] Chunk { get; private set; } = new byte[0];

    /// <summary>Where in <see cref="Chunk"/> the data begins.</summary>
    internal int ChunkAt { get; private set; }

    /// <summary>Reads a message; null where it is malformed, which is counted as a refusal.</summary>
    internal ReceiverEvent? Read(HubMessage message)
    {
        ReceiverEvent? e = message.Frame != null ? ReadFrame(message.Frame) : ReadJson(message);
        string problem = message.Body == null ? "" : message.Body.Problem;
        if (e != null && problem.Length == 0)
        {
            return e;
        }

        _hub.Refusals.Add(ErrorCodes.MessageInvalid, "An update's message is malformed: " + problem + ".");
        return null;
    }

    /// <summary>Sends the message of a <see cref="ReceiverEffectKind.Send"/>.</summary>
    internal void Send(object message)
    {
        if (message is Accept accept)
        {
            _hub.Send(TopicKind.OtaAccept, Codec.Write(accept));
        }
        else if (message is ChunkAck ack)
        {
            _hub.Send(TopicKind.OtaChunkAck, Codec.Write(ack), 0);
        }
        else if (message is Verify verify)
        {
            _hub.Send(TopicKind.OtaVerify, Codec.Write(verify));
        }
        else if (message is Reject reject)
        {
            _log.Write(LogLevel.Warning, "Rejects session " + reject.Session.ToString() + " (" + reject.Code + "): " + reject.Reason);
            _hub.Send(TopicKind.OtaReject, Codec.Write(reject));
        }
        else
        {
            Abort abort = (Abort)message;
            _log.Write(LogLevel.Warning, "Aborts session " + abort.Session.ToString() + " (" + abort.Code + "): " + abort.Reason);
            _hub.Send(TopicKind.OtaAbortUp, Codec.Write(abort));
        }
    }

    private ReceiverEvent ReadFrame(byte[] frame)
    {
        Chunk = frame;
        ChunkAt = ChunkFrame.Overhead;
        return ReceiverEvent.ChunkArrived(ChunkFrame.SessionOf(frame), ChunkFrame.SequenceOf(frame), frame.Length - ChunkFrame.Overhead);
    }

    private ReceiverEvent? ReadJson(HubMessage message)
    {
        switch (message.Kind)
        {
            case TopicKind.OtaOffer: return ReceiverEvent.Offered(Codec.ReadOffer(message.Body!));
            case TopicKind.OtaComplete: return ReceiverEvent.Completed(Codec.ReadComplete(message.Body!).Session);
            case TopicKind.OtaAbortDown:
                Abort abort = Codec.ReadAbort(message.Body!);
                return ReceiverEvent.Aborted(abort.Session, abort.Code);
            default: return ReadChunk(message);
        }
    }

    private ReceiverEvent? ReadChunk(HubMessage message)
    {
        Chunk chunk = Codec.ReadChunk(message.Body!);
        byte[]? data = Base64.Decode(chunk.Data);
        if (data == null)
        {
            message.Body!.Note("data", "base64");
            return null;
        }

        Chunk = data;
        ChunkAt = 0;
        return ReceiverEvent.ChunkArrived(chunk.Session, chunk.Sequence, data.Length);
    }
}

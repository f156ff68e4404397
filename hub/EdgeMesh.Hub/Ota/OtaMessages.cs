using System;
using System.Globalization;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;

namespace EdgeMesh.Hub.Ota;

/// <summary>What devices say, as the pure protocol takes it.</summary>
internal static class OtaMessages
{
    /// <summary>A device's message as an event of its update; null where it is not about updates. Ask the body for its problem.</summary>
    internal static SenderEvent? Read(DeviceMessage message, out long session)
    {
        switch (message.Kind)
        {
            case TopicKind.OtaAccept:
                Accept accept = Codec.ReadAccept(message.Body);
                session = accept.Session;
                return SenderEvent.Accepted(accept.Next, accept.Window);
            case TopicKind.OtaReject:
                Reject reject = Codec.ReadReject(message.Body);
                session = reject.Session;
                return SenderEvent.Rejected(reject.Code, reject.Reason);
            case TopicKind.OtaChunkAck:
                ChunkAck ack = Codec.ReadChunkAck(message.Body);
                session = ack.Session;
                return SenderEvent.Acknowledged(ack.Next, ulong.TryParse(ack.Bitmap, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits) ? bits : 0);
            case TopicKind.OtaVerify:
                Verify verify = Codec.ReadVerify(message.Body);
                session = verify.Session;
                return SenderEvent.Of(verify);
            case TopicKind.OtaAbortUp:
                Abort abort = Codec.ReadAbort(message.Body);
                session = abort.Session;
                return SenderEvent.Aborted(abort.Code, abort.Reason);
            default:
                session = 0;
                return null;
        }
    }

    /// <summary>What a device said of itself. Where it has not spoken yet, only its type is held against an image; the device judges the rest.</summary>
    internal static ReceiverProfile ProfileOf(DeviceView device)
    {
        ReceiverProfile profile = new()
        {
            DeviceType = device.Type, Sequence = device.Sequence, SlotBytes = Limits.ImageBytesMax, ChunkBytes = Limits.ChunkBytesMax,
            Kinds = [ImageKinds.MicroPythonApp, ImageKinds.NanoApp, ImageKinds.Esp32Image],
        };
        if (device.Info is { } json && JsonReader.Parse(json.GetRawText(), out _) is JsonObject members)
        {
            DeviceInfo info = Codec.ReadDeviceInfo(members);
            profile.Kinds = info.Kinds;
            profile.SlotBytes = info.SlotBytes;
            profile.FirmwareBytes = info.FirmwareBytes;
            profile.ChunkBytes = info.ChunkBytes;
            profile.Capabilities = info.Capabilities;
            profile.Sequence = Math.Max(profile.Sequence, info.Sequence);
        }

        return profile;
    }
}

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Protocol.Security;
using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.Hub.Ota;

/// <summary>What an update says to its device. A chunk goes from the image's file straight into its frame. What a device without a session would be sent is lost.</summary>
internal sealed class OtaOutbox(OtaRow row, Transfer transfer, string imagePath, OtaParts parts) : IDisposable
{
    private SafeFileHandle? _image;

    public void Dispose() => _image?.Dispose();

    internal Task OfferAsync(CancellationToken cancellation)
    {
        Offer offer = new()
        {
            Session = row.Session, Manifest = row.Manifest, ChunkBytes = row.ChunkBytes, Window = parts.Options.Window, Encoding = row.Encoding,
            Signature = row.Signature, Publisher = row.Publisher, Keys = SignedManifest.KeysOf(row.Keys) ?? [],
        };
        return SendAsync(TopicKind.OtaOffer, Codec.Write(offer), cancellation);
    }

    internal Task CompleteAsync(CancellationToken cancellation) =>
        SendAsync(TopicKind.OtaComplete, Codec.Write(new Complete { Session = row.Session }), cancellation);

    internal Task AbortAsync(string code, string reason, CancellationToken cancellation) =>
        SendAsync(TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = row.Session, Code = code, Reason = reason }), cancellation);

    /// <summary>Sends a chunk.</summary>
    /// <exception cref="IOException">The image cannot be read, or ends too soon.</exception>
    /// <exception cref="UnauthorizedAccessException">The image's file is closed to the hub.</exception>
    internal async Task ChunkAsync(long sequence, CancellationToken cancellation)
    {
        _image ??= File.OpenHandle(imagePath);
        int length = transfer.LengthOf(sequence);
        byte[] frame = new byte[ChunkFrame.Overhead + length];
        Memory<byte> data = frame.AsMemory(ChunkFrame.Overhead);
        // On Linux the asynchronous read is this one on another thread: the change of threads costs more than the chunk in the page cache.
        if (RandomAccess.Read(_image, data.Span, sequence * transfer.ChunkBytes) != length)
        {
            throw new EndOfStreamException($"{imagePath} ends before chunk {sequence}.");
        }

        if (row.Encoding == ChunkEncodings.Base64)
        {
            Chunk chunk = new() { Session = row.Session, Sequence = sequence, Data = Convert.ToBase64String(data.Span) };
            await SendAsync(TopicKind.OtaChunk, Codec.Write(chunk), cancellation).ConfigureAwait(false);
        }
        else
        {
            await parts.Gateway.SendChunkAsync(row.Device, row.Session, sequence, frame, cancellation).ConfigureAwait(false);
        }
    }

    private Task<bool> SendAsync(TopicKind kind, JsonWriter body, CancellationToken cancellation) => parts.Gateway.SendAsync(row.Device, kind, body, cancellation);
}

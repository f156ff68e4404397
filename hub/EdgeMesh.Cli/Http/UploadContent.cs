using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace EdgeMesh.Cli.Http;

/// <summary>A file as a request's body: streamed, and telling how far it is.</summary>
/// <param name="file">The file, open.</param>
/// <param name="sent">Called with the bytes sent so far.</param>
internal sealed class UploadContent(FileStream file, Action<long> sent) : HttpContent
{
    private const int BufferBytes = 128 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        long total = 0;
        for (int read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false); read > 0;
            read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            sent(total += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.Length;
        return true;
    }
}

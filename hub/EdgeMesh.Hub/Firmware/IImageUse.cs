using System.Collections.Generic;

namespace EdgeMesh.Hub.Firmware;

/// <summary>A feature that names images beside the list of firmware, such as those of updates.</summary>
public interface IImageUse
{
    /// <summary>The SHA-256 of every image that it names, also of what has ended.</summary>
    IReadOnlyList<string> Images { get; }

    /// <summary>Whether something under way needs an image, by its SHA-256.</summary>
    bool Needs(string sha256);
}

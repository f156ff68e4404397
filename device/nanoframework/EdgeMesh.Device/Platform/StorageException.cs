using System;

namespace EdgeMesh.Device.Platform;

/// <summary>Storage is full or broken.</summary>
public class StorageException : Exception
{
    /// <summary>A failure of storage.</summary>
    /// <param name="code"><c>storage_full</c> or <c>storage_failed</c> of <see cref="Contracts.ErrorCodes"/>.</param>
    /// <param name="message">What failed.</param>
    public StorageException(string code, string message)
        : base(message) => Code = code;

    /// <summary>The code of the failure.</summary>
    public string Code { get; }
}

using System;

namespace EdgeMesh.Device.Platform;

/// <summary>Unwinds the stack of a board that ended while its process goes on, as in a test. The client catches it nowhere.</summary>
public class BoardResetException : Exception
{
    /// <summary>The board has ended.</summary>
    /// <param name="message">By what.</param>
    public BoardResetException(string message)
        : base(message)
    {
    }
}

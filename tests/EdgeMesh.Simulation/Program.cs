using System;
using EdgeMesh.Simulation;
using EdgeMesh.Simulation.Bugs;

return Command.Run(args);
